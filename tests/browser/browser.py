"""What a test does with a browser, whichever engine it has."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium.common.exceptions import InvalidSessionIdException, WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

HERE = Path(__file__).resolve().parent
SCREENSHOTS = HERE.parent.parent / "var" / "screenshots"
EARLY_SCRIPT = HERE / "early.js"
DRIVER_LOG = "driver.log"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/26.0 Mobile/15E148 Safari/604.1"
)
# An iPad says that it is a Mac.
SAFARI_ON_IPAD = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/26.0 Safari/605.1.15"
)


@dataclass(frozen=True)
class Look:
    """How somebody looks at the pages. Width and height in CSS pixels; ``text_zoom`` enlarges text alone, ``fineness``
    is the number of device pixels to one of CSS (WebKit)."""

    width: int = 393
    height: int = 852
    language: str = "en"
    dark: bool = False
    scripts: bool = True
    text_zoom: float = 1.0
    fineness: int = 2

    @property
    def user_agent(self) -> str:
        return SAFARI_ON_IPAD if self.width >= 700 else SAFARI


IPHONE = Look()
IPAD = Look(width=820, height=1180)
DESK = Look(width=1280, height=900)


class BrowserDied(Exception):
    """The browser itself ended in the middle of a test; what it wrote last stands in the text."""


@dataclass
class Browser:
    """What both engines do alike."""

    driver: WebDriver
    folder: Path
    look: Look
    name: str = ""

    def open(self, url: str) -> None:
        self.driver.get(url)

    def find(self, css: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def run(self, script: str) -> Any:
        return self.driver.execute_script(script)

    @property
    def h1(self) -> str:
        return self.find("h1").text

    @property
    def path(self) -> str:
        return "/" + self.driver.current_url.split("/", 3)[3]

    def press(self, css: str = "main .btn") -> None:
        self.find(css).click()

    def hold_still(self) -> None:
        """The page asks the server no more, so that it doesn't load anew while it is looked at."""
        self.run("window.fetch = function () { return new Promise(function () {}); };")

    def violations(self) -> list[str]:
        """What the content security policy stopped on this page, and errors of scripts."""
        return list(self.run("return window.policyViolations || []"))

    def screenshot(self, name: str) -> Path:
        """``var/screenshots/<engine>-<name>.png``."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{self.name}-{name}.png"
        assert self.driver.save_screenshot(str(path)), path
        return path

    def close(self) -> None:
        with suppress(InvalidSessionIdException):  # it died before; the driver ends all the same
            self.driver.quit()

    def wait_for(self, what: Callable[[], object], seconds: float = 40) -> float:
        """Until ``what`` is true, through page loads; gives the seconds it took."""
        begun, refused = time.monotonic(), None
        while time.monotonic() - begun < seconds:
            # A page that is being replaced has no element for a moment, or one that belongs to no document:
            # each engine has its own words for it, and some come as an unknown error.
            try:
                if what():
                    return time.monotonic() - begun
            except InvalidSessionIdException:
                raise BrowserDied(self.last_words) from None
            except WebDriverException as error:
                refused = error
            time.sleep(0.01)
        raise AssertionError(f"not within {seconds} s; the page says {self.said!r}") from refused

    @property
    def last_words(self) -> str:
        """The end of what browser and driver wrote on their standard error."""
        log = self.folder / DRIVER_LOG
        return log.read_text(errors="replace")[-4000:] if log.exists() else "nothing was written"

    @property
    def said(self) -> str:
        """All text of the page, for a failure's message; what the driver answers when there is none."""
        try:
            return self.find("body").text
        except WebDriverException as error:
            return str(error)

    def downloads(self) -> list[Path]:
        """Files that arrived completely."""
        raise NotImplementedError

    @property
    def profile_url(self) -> str:
        """Where the browser got the newest profile from."""
        self.wait_for(self._profiles)  # a download can be done before the browser's log says so
        return self._profiles()[-1]

    def _profiles(self) -> list[str]:
        return [url for url in self.loaded() if url.endswith(".mobileconfig")]

    def loaded(self) -> list[str]:
        """The URL of everything that was asked for over a network since the browser started."""
        raise NotImplementedError


def environment() -> dict[str, str]:
    return {**os.environ, "FONTCONFIG_FILE": str(HERE / "fonts.conf")}


def over_network(url: str) -> bool:
    return not url.startswith(("data:", "about:", "chrome:"))


def require(program: Path, package: str) -> None:
    if not program.exists():
        raise RuntimeError(f"{program} is missing: install the package {package} (make setup-test does)")
