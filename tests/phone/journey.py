"""The person's way through the pages: answer what is asked, take the profile to Settings, come back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.phone.answers import Answers, reply_to
from tests.phone.errors import PhoneError
from tests.phone.page import Page
from tests.phone.profile import Profile
from tests.phone.safari import Safari
from tests.phone.settings import Settings

MAX_PAGES = 25
POLLS, INTERVAL = 120, 0.25  # times and seconds: how long a person looks at the page after Settings
OVER = ("enrolled", "failed", "expired")  # status words after which nothing more happens


@dataclass
class Journey:
    """`installer_fetches`: Settings fetches the profile once more by itself and without cookies, as iOS
    does."""

    safari: Safari
    settings: Settings
    say: Callable[[str], None]
    installer_fetches: bool = True
    pause: Callable[[float], None] = time.sleep

    def to_management_profile(self, answers: Answers) -> Profile:
        """Answer page after page until a profile that manages the device waits in Settings."""
        for _ in range(MAX_PAGES):
            if self.safari.here.profile_url:
                profile = self.download()
                if profile.mdm:
                    return profile
                self.settings.install()
                self.say(f"Settings: install {profile.name!r}")
            self._answer_or_stop(answers)
        raise PhoneError("Safari", f"no profile after {MAX_PAGES} pages: {self.safari.here.describe()}")

    def _answer_or_stop(self, answers: Answers) -> None:
        before = self.safari.here
        if before.path.endswith("/failed/"):
            raise PhoneError("Safari", f"the enrollment failed: {before.describe()}")
        after = self.answer_page(answers)
        if (after.path, after.h1) == (before.path, before.h1) and not after.profile_url:
            raise PhoneError("Safari", f"the page came back: {after.describe()}")

    def look(self) -> Page:
        """The page on screen; PhoneError when it is an error page."""
        page = self.safari.here
        if page.status >= 400:
            raise PhoneError("Safari", page.describe())
        return page

    def answer_page(self, answers: Answers) -> Page:
        """Answer the page on screen; where it asks nothing, tap its first link ("Continue as ...")."""
        page = self.look()
        links = [link for link in page.links if link.within_main and link.url.startswith("http")]
        if not page.main_forms and links:
            self.say(f"Safari: {page.h1!r}: tap {links[0].text!r}")
            return self.safari.follow(links[0].url)
        reply = reply_to(page, answers)
        self.say(f"Safari: {page.h1!r}: {reply.said}")
        return self.safari.submit(reply.form, reply.values, reply.button)

    def download(self) -> Profile:
        """Tap Allow and Close: the profile that the page offers waits in Settings. Presses "Download again"
        first where the page no longer offers one."""
        page = self.look()
        url = page.profile_url or self._download_again(page)
        count = len(self.safari.downloads)
        self.safari.follow(url)
        if len(self.safari.downloads) == count:
            raise PhoneError("Safari", f"no profile came: {self.safari.here.describe()}")
        profile = self._hand_over()
        mark = "Verified" if profile.verified else "Not Verified"
        self.say(f"Settings: profile downloaded: {profile.name!r}, {mark}")
        return profile

    def _download_again(self, page: Page) -> str:
        posts = [form for form in page.main_forms if form.method == "POST"]
        count = len(self.safari.downloads)
        offered = self.safari.submit(posts[0]).profile_url if posts else None
        if len(self.safari.downloads) > count:  # the button itself led to the profile, and the page stays
            offered = self.safari.downloads[-1].url
        if offered is None:
            raise PhoneError("Safari", f"no profile is offered: {self.safari.here.describe()}")
        self.say(f"Safari: {page.h1!r}: press {posts[0].buttons[0].text!r}")
        return offered

    def _hand_over(self) -> Profile:
        download = self.safari.downloads[-1]
        if not self.installer_fetches:
            return self.settings.receive(download)
        again = self.settings.fetch(download.url)
        if again.body != download.body:
            raise PhoneError("Settings", "the second fetch of the profile gave other bytes")
        return self.settings.receive(again)

    def return_to_safari(self) -> Page:
        """Look at the page that was left open until its status is final; returns the page then shown."""
        for _ in range(POLLS):
            if self.status() in OVER:
                break
            self.pause(INTERVAL)
        page = self.safari.reload()
        if page.status >= 400 or not page.path.endswith("/complete/"):
            raise PhoneError("Safari", f"not complete: {page.describe()}")
        self.say(f"Safari: {page.h1!r}")
        return page

    def status(self) -> str:
        """The word at the address in the page's data-status, as its script polls it."""
        url = self.safari.here.data.get("status")
        if not url:
            raise PhoneError("Safari", f"nothing to wait for: {self.safari.here.describe()}")
        response = self.safari.fetch(url)
        if response.status != 200 or response.media_type != "text/plain":
            raise PhoneError("Safari", f"the status answered HTTP {response.status}, {response.media_type}")
        return response.body.decode("ascii").strip()
