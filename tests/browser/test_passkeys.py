"""Passkeys in a real browser, with its virtual authenticator: our script, the policy and the server together."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sites.models import Site
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions

from tests import people
from tests.browser.browser import DESK
from tests.browser.chromium import Chromium
from tests.browser.conftest import Browse
from tests.browser.test_admin import Desk, static_files
from tests.live import LiveServer

__all__ = ["static_files"]
HOST = "localhost"  # a passkey needs a name; an IP address is none


@pytest.fixture
def desk(static_files: None, alpha: Site, live: LiveServer, browse: Browse) -> Desk:
    people.staff("root", "Rita Root", is_staff=True, is_superuser=True)
    browser = browse("chromium", DESK)
    assert isinstance(browser, Chromium)
    options = VirtualAuthenticatorOptions(
        transport=VirtualAuthenticatorOptions.Transport.INTERNAL,
        has_resident_key=True,
        has_user_verification=True,
        is_user_verified=True,
    )
    browser.driver.add_virtual_authenticator(options)
    desk = Desk(browser, live)
    desk.browser.open(live.url(HOST, "/accounts/second-factor/"))
    desk.type(login="root", password=people.PASSWORD)
    desk.press("Log In")
    return desk


def test_a_passkey_is_made_and_logs_in_alone_and_after_the_password(desk: Desk) -> None:
    desk.press("Add a passkey")
    desk.type(password=people.PASSWORD)
    desk.press("Confirm")
    desk.type(name="Rita's desk")
    desk.shoot("passkey")
    desk.press("Add Passkey")
    desk.see("Recovery codes")
    desk.shoot("recovery-codes")
    assert Authenticator.objects.filter(type="webauthn").count() == 1
    desk.press("Done")
    desk.see("Rita's desk")
    desk.press("Log Out")

    desk.press("Log In with a Passkey")
    desk.see("Device enrollment")
    desk.browser.open(desk.live.url(HOST, "/accounts/logout/"))
    desk.press("Log Out")
    desk.type(login="root", password=people.PASSWORD)
    desk.press("Log In")
    desk.see("Use your passkey, or enter a recovery code.")
    desk.shoot("second-factor")
    desk.press("Use a Passkey")
    desk.see("Device enrollment")


def test_an_authenticator_without_the_passkey_is_told_so(desk: Desk) -> None:
    desk.browser.open(desk.live.url(HOST, "/accounts/logout/"))
    desk.press("Log Out")

    desk.browser.find("form[data-passkey] button").click()

    desk.see("The passkey was not used.")
    assert desk.browser.violations() == []
