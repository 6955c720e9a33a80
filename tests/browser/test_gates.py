"""The gate and the hand-over in real browsers: what a script does there, and two browsers with one enrollment."""

from dataclasses import replace

from django.contrib.sites.models import Site

from sites_config.models import User
from tests import people
from tests.browser.browser import IPAD, IPHONE, Look
from tests.browser.chromium import Chromium
from tests.browser.conftest import Browse
from tests.conftest import MakePhone
from tests.gallery_pages.browsers import CHROME_ON_IPHONE
from tests.live import LiveServer

HOST = "localhost"
TOUCH_POINTS = "Object.defineProperty(navigator, 'maxTouchPoints', {value: %d, configurable: true});"
SELECTED = "var link = document.getElementById('link'); return link.value.slice(link.selectionStart, link.selectionEnd)"


class Chrome(Look):
    """On an iPhone."""

    @property
    def user_agent(self) -> str:
        return CHROME_ON_IPHONE


def test_the_link_is_copied_for_safari(alpha: Site, live: LiveServer, browse: Browse, engine: str) -> None:
    browser = browse(engine, Chrome())
    browser.open(live.url(HOST, "/enroll/"))
    assert browser.h1 == "Open this page in Safari"

    browser.press("#copy")

    browser.wait_for(lambda: browser.find("#copied").text == "Copied")
    assert browser.run(SELECTED) == live.url(HOST, "/enroll/")
    assert browser.violations() == []


def test_without_scripts_there_is_no_button_that_does_nothing(
    alpha: Site, live: LiveServer, browse: Browse, engine: str
) -> None:
    browser = browse(engine, replace(Chrome(), scripts=False))
    browser.open(live.url(HOST, "/enroll/"))

    assert browser.find("#link").is_displayed() and not browser.find("#copy").is_displayed()


def test_a_touch_screen_is_no_mac(alpha: Site, live: LiveServer, browse: Browse) -> None:
    """An iPad says it is a Mac, and has five touch points; a Mac has none."""
    browser = browse("chromium", IPAD)
    assert isinstance(browser, Chromium)
    for points in (0, 5):
        browser.driver.execute_cdp_cmd(
            "Page.addScriptToEvaluateOnNewDocument", {"source": TOUCH_POINTS % points}
        )
        browser.open(live.url(HOST, "/enroll/"))
        assert browser.find(".mac").is_displayed() is (points == 0)
        assert browser.find("#id_username").is_displayed()


def test_what_was_begun_in_one_browser_goes_on_in_another(
    alpha: Site, alice: User, live: LiveServer, phone: MakePhone, browse: Browse
) -> None:
    """The page that waits in the old one says so by itself; the new one arrives at "Enrollment complete"."""
    old, new = browse("chromium", IPAD), browse("webkit", IPHONE)
    old.open(live.url(HOST, f"/i/{people.invite(alpha)[1]}"))
    old.press("main form .btn")
    old.wait_for(lambda: old.h1.startswith("Let Alpha School manage"))
    old.press()
    old.wait_for(lambda: old.h1 == "Install in Settings")
    old.wait_for(old.downloads)
    waiting = old.driver.current_window_handle
    old.driver.switch_to.new_window("tab")
    old.open(live.url(HOST, "/enroll/"))
    old.press("main .btn")  # Continue
    old.wait_for(lambda: old.h1 == "Install in Settings")
    old.press("footer a[href$=hand-over]")
    old.wait_for(lambda: old.h1 == "Go on in another browser")
    old.press()
    old.wait_for(lambda: old.find("#link"))
    link = old.find("#link").get_attribute("value")
    assert link is not None

    new.open(link)
    new.screenshot("take-over")
    new.press()
    new.wait_for(lambda: new.h1.startswith("Let Alpha School manage"))
    new.press()
    new.wait_for(lambda: new.h1 == "Install in Settings")
    new.wait_for(new.downloads)
    phone().install_from(new.profile_url)

    new.wait_for(lambda: new.h1 == "Enrollment complete")
    old.wait_for(lambda: old.h1 == "Continued on your iPhone")  # the page with the link
    old.driver.switch_to.window(waiting)
    old.wait_for(lambda: old.h1 == "Continued on your iPhone")
