"""A person enrolls in a real browser while the simulated device does its part."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

from django.contrib.sites.models import Site
from selenium.common.exceptions import WebDriverException

from sites_config.models import User
from tests import people
from tests.browser.browser import IPAD, IPHONE, Browser, Look
from tests.browser.conftest import Browse
from tests.browser.webkit import WebKit
from tests.conftest import MakePhone
from tests.iphone import IPhone
from tests.live import LiveServer

HOST = "localhost"
NO_SCRIPTS = Look(scripts=False)


def invitation_url(site: Site, live: LiveServer) -> str:
    _row, token = people.invite(site, assigned_user_name="ana", assigned_full_name="Ana Alvarez")
    return live.url(HOST, f"/i/{token}")


def to_settings(browser: Browser, url: str) -> None:
    """From the invitation to the page that waits while the person is in Settings."""
    before = len(browser.downloads())
    browser.open(url)
    assert browser.h1.startswith("Enroll this")
    browser.press()
    browser.wait_for(lambda: browser.h1.startswith("Let Alpha School manage"))
    browser.press()
    browser.wait_for(lambda: browser.h1 == "Install in Settings")
    browser.wait_for(lambda: len(browser.downloads()) > before)


def install(phone: IPhone, url: str) -> None:
    """The device does its part in another thread, as it would on its own."""
    with ThreadPoolExecutor(1) as background:
        done: Future[object] = background.submit(phone.install_from, url)
        done.result(timeout=60)


def test_the_page_left_open_is_complete_when_the_person_returns_from_settings(
    alpha: Site, live: LiveServer, phone: MakePhone, browse: Browse
) -> None:
    safari = browse("webkit", IPHONE)
    assert isinstance(safari, WebKit)
    # The quickest of three, because a busy machine makes one or two of them slow.
    took = [seconds_to_notice(safari, invitation_url(alpha, live), phone()) for _return in range(3)]

    assert min(took) < 0.5
    assert safari.violations() == []


def seconds_to_notice(safari: WebKit, url: str, phone: IPhone) -> float:
    """From the return out of Settings, where the device was enrolled meanwhile, to the page that says so."""
    to_settings(safari, url)
    safari.run("for (var each = 1; each < 1000; each++) clearInterval(each);")  # no turn comes by chance
    safari.leave()
    install(phone, safari.profile_url)
    assert safari.h1 == "Install in Settings"
    safari.come_back()
    return safari.wait_for(lambda: safari.h1 == "Enrollment complete")


def test_an_ipad_beside_settings_sees_the_page_turn_complete(
    alpha: Site, live: LiveServer, phone: MakePhone, browse: Browse, engine: str
) -> None:
    browser = browse(engine, IPAD)
    to_settings(browser, invitation_url(alpha, live))

    device = threading.Thread(target=install, args=(phone(family="iPad"), browser.profile_url))
    device.start()
    browser.wait_for(lambda: browser.h1 == "Enrollment complete")
    device.join()

    assert "This iPad is enrolled with Alpha School." in browser.find("main").text
    assert "Ana Alvarez" in browser.find("main").text
    assert {url.split("/")[2] for url in browser.loaded()} == {f"{HOST}:{live.port}"}
    browser.screenshot("complete-on-ipad")


def test_nobody_needs_scripts(
    alpha: Site, live: LiveServer, phone: MakePhone, browse: Browse, engine: str
) -> None:
    browser = browse(engine, NO_SCRIPTS)
    to_settings(browser, invitation_url(alpha, live))
    assert "Install the profile before" in browser.find("#clock").text
    assert not browser.find("main").text.count("8:00")

    install(phone(), browser.profile_url)
    with suppress(WebDriverException):  # on a slow machine the page's own refresh can be faster
        browser.press("#wait .btn")  # "I have installed it"

    browser.wait_for(lambda: browser.h1 == "Enrollment complete")


def test_staff_log_in_and_are_told_what_is_missing(
    alpha: Site, alice: User, live: LiveServer, browse: Browse, engine: str
) -> None:
    browser = browse(engine, IPHONE)
    browser.open(live.url(HOST, "/enroll/"))
    browser.press()
    browser.wait_for(lambda: browser.driver.title.startswith("Error: "))
    assert browser.find("#id_username").get_attribute("aria-invalid") == "true"
    browser.find("[role=alert] a").click()
    assert browser.driver.switch_to.active_element.get_attribute("id") == "id_username"

    browser.find("#id_username").send_keys("alice")
    browser.find("#id_password").send_keys(people.PASSWORD)
    browser.press()

    browser.wait_for(lambda: browser.h1.startswith("Let Alpha School manage"))
    assert "Logged in as Alice Archer" in browser.find("footer").text


def test_the_countdown_comes_by_itself_and_not_while_safari_still_asks(
    alpha: Site, live: LiveServer, browse: Browse
) -> None:
    """A page that loads anew at the moment of the download would cancel it."""
    safari = browse("webkit", IPHONE)
    to_settings(safari, invitation_url(alpha, live))

    assert safari.wait_for(lambda: safari.find("#digits").text) > 5  # it asks every 4 s
    assert len(safari.downloads()) == 1


def test_the_profile_downloads_once_and_again_on_demand(
    alpha: Site, live: LiveServer, browse: Browse, engine: str
) -> None:
    browser = browse(engine, IPHONE)
    to_settings(browser, invitation_url(alpha, live))

    browser.driver.refresh()
    browser.wait_for(lambda: browser.find("#digits").text)
    assert len(browser.downloads()) == 1
    browser.press("main .alt")

    browser.wait_for(lambda: len(browser.downloads()) == 2)
    assert browser.h1 == "Install in Settings"
