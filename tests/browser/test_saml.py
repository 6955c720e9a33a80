"""To a SAML identity provider and back in real browsers, through TLS: its page posts the answer across sites."""

from collections.abc import Iterator

import pytest
from django.contrib.sites.models import Site
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from enrollment.models import Enrollment, SamlIdentityProvider, Status
from tests import people
from tests.browser.browser import IPHONE, Browser
from tests.browser.conftest import Browse
from tests.identity.at_saml_provider import connect, register_at, running
from tests.live import LiveServer
from tests.servers.saml import PEOPLE, IdentityProvider

__all__ = ["running"]
HOST = "localhost"
THERE = "Enter your username and password"


@pytest.fixture
def provider(alpha: Site, live: LiveServer, running: IdentityProvider) -> Iterator[SamlIdentityProvider]:
    """Known at the provider under the address with the port of this story."""
    running.wants()
    row = connect(alpha, running)
    register_at(row, running, live.url(HOST).removesuffix("/"))
    yield row


@pytest.fixture
def browser(browse: Browse, engine: str) -> Browser:
    return browse(engine, IPHONE)


def log_in_there(browser: Browser, name: str = "ada") -> None:
    browser.wait_for(lambda: THERE in browser.said)
    browser.find("[name=username]").send_keys(name)
    # Its page is made for wide screens: the button lies where no finger of this phone gets.
    browser.find("[name=password]").send_keys(str(PEOPLE[name]["password"]) + Keys.ENTER)


def test_an_invited_person_comes_back_to_what_they_had_answered(
    alpha: Site, live: LiveServer, provider: SamlIdentityProvider, browser: Browser
) -> None:
    _row, token = people.invite(alpha, login_required=True, assigned_user_name="")
    browser.open(live.url(HOST, f"/i/{token}"))
    browser.press("footer a[href^='/language']")
    browser.wait_for(lambda: browser.h1 == "Choose your language")
    browser.press("button[value=de]")
    browser.wait_for(lambda: browser.find("html").get_attribute("lang") == "de")
    browser.press()
    browser.wait_for(lambda: browser.h1 == "Anmelden")
    browser.driver.find_elements(By.CSS_SELECTOR, "main .btn")[1].click()
    log_in_there(browser)

    browser.wait_for(lambda: browser.h1.startswith("Dieses iPhone von Alpha School"))
    row = Enrollment.objects.get()
    assert row.signed_in_name == "Ada Ångström" and row.invitation is not None
    assert browser.find("html").get_attribute("lang") == "de"
    assert "ticket" not in browser.driver.current_url
    assert browser.violations() == []


def test_one_provider_alone_is_gone_to_by_itself_and_log_out_leads_there_too(
    alpha: Site, live: LiveServer, provider: SamlIdentityProvider, browser: Browser
) -> None:
    people.configure(alpha, password_log_in=False)
    browser.open(live.url(HOST, "/enroll/"))
    log_in_there(browser)
    browser.wait_for(lambda: browser.h1.startswith("Let Alpha School manage"))
    browser.press("footer form[action$=log-out] button")

    browser.wait_for(lambda: THERE in browser.said)
    assert Enrollment.objects.earliest("pk").status == Status.EXPIRED
    assert browser.violations() == []
