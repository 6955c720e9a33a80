"""A walk past every screen in several looks: nothing sticks out, is too small, is a barrier, comes from elsewhere."""

from collections.abc import Iterator

import pytest
from django.contrib.sites.models import Site

from sites_config.models import User
from tests import people
from tests.browser.audit import barriers, faults, faults_when_spaced
from tests.browser.browser import Browser, Look
from tests.browser.conftest import Browse
from tests.conftest import MakePhone
from tests.live import LiveServer

HOST = "localhost"
LOOKS = {
    "iphone": Look(),
    "dark": Look(dark=True),
    "arabic-dark-ipad": Look(width=820, height=1180, language="ar", dark=True),
    "large-text": Look(text_zoom=2, language="de"),
}
# What axe judges depends on the colors and the direction; how narrow or large it is, checks.js judges in every look.
ASKED_OF_AXE = {"iphone", "dark", "arabic-dark-ipad"}
# People come in Safari. The narrowest screen in WebKit and Arabic in Chromium: test_gallery.py has every page so.
PAIRS = [
    ("webkit", "iphone"),
    ("webkit", "arabic-dark-ipad"),
    ("webkit", "large-text"),
    ("chromium", "iphone"),
]


@pytest.mark.parametrize(("engine", "look"), PAIRS)
def test_every_screen_is_sound(
    alpha: Site, alice: User, live: LiveServer, phone: MakePhone, browse: Browse, engine: str, look: str
) -> None:
    browser = browse(engine, LOOKS[look])
    found: dict[str, list[str]] = {}

    for screen in screens(browser, alpha, live, phone):
        browser.hold_still()
        browser.screenshot(f"{look}-{screen}")
        found[screen] = faults(browser) + (barriers(browser) if look in ASKED_OF_AXE else [])
        found[screen] += faults_when_spaced(browser)

    assert {screen: problems for screen, problems in found.items() if problems} == {}
    assert len(found) == 9
    assert {url.split("/")[2] for url in browser.loaded()} == {f"{HOST}:{live.port}"}


def screens(browser: Browser, site: Site, live: LiveServer, phone: MakePhone) -> Iterator[str]:
    """Walks through an enrollment and past its edges; yields the name of each screen while it is shown."""
    yield from log_in_screens(browser, live)
    _row, token = people.invite(site)
    browser.open(live.url(HOST, "/i/nobody-sent-this"))
    yield "invitation-unknown"
    browser.open(live.url(HOST, f"/i/{token}"))
    yield "welcome"
    browser.press()
    arrive(browser, "/mdm-profile/")
    yield "mdm-profile"
    browser.open(live.url(HOST, f"/i/{token}"))
    yield "resume"
    browser.press("main a.btn")
    arrive(browser, "/mdm-profile/")
    browser.press()
    arrive(browser, "/install/")
    browser.wait_for(browser.downloads)
    yield "install"
    browser.driver.refresh()  # by itself the page waits a while, see test_enrollment
    browser.wait_for(lambda: browser.find("#digits").is_displayed())
    yield "install-counting"
    browser.driver.refresh()
    phone().install_from(browser.profile_url)
    arrive(browser, "/complete/")
    yield "complete"


def log_in_screens(browser: Browser, live: LiveServer) -> Iterator[str]:
    browser.open(live.url(HOST, "/enroll/"))
    yield "log-in"
    browser.press()
    browser.wait_for(lambda: browser.find("[role=alert]"))
    yield "log-in-error"


def arrive(browser: Browser, ending: str) -> None:
    browser.wait_for(lambda: browser.path.endswith(ending))
