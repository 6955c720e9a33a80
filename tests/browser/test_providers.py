"""To an OpenID provider and back in real browsers, through TLS: what was answered before is there after."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.contrib.sites.models import Site
from pytest_django.fixtures import Settings
from selenium.webdriver.common.by import By

from enrollment.models import Enrollment
from enrollment.signin import discovery
from tests import people
from tests.browser.browser import IPHONE, Browser
from tests.browser.conftest import Browse
from tests.identity.test_openid import FIRST, connect
from tests.live import LiveServer, TestAuthority
from tests.servers.openid import PEOPLE, OpenId, openid

HOST = "localhost"


@pytest.fixture
def provider(
    live: LiveServer, tls: TestAuthority, settings: Settings, tmp_path: Path, alpha: Site
) -> Iterator[OpenId]:
    settings.OUTBOUND_CA_FILE = str(tls.root_file)
    discovery.forget()
    with ExitStack() as stack:
        redirect = live.url(HOST, f"/accounts/oidc/{FIRST}/return")
        running = stack.enter_context(openid(tmp_path, tls, [redirect]))
        connect(alpha, running.issuer)
        yield running
    discovery.forget()


@pytest.fixture
def browser(browse: Browse, engine: str) -> Browser:
    return browse(engine, IPHONE)


def log_in_there(browser: Browser, name: str = "ada") -> None:
    browser.wait_for(lambda: browser.h1 == "Northwind Account")
    browser.find("[name=username]").send_keys(name)
    browser.find("[name=password]").send_keys(str(PEOPLE[name]["password"]))
    browser.press("button:not([name])")


def test_an_invited_person_comes_back_to_what_they_had_answered(
    alpha: Site, live: LiveServer, provider: OpenId, browser: Browser
) -> None:
    _row, token = people.invite(alpha, login_required=True, assigned_user_name="")
    browser.open(live.url(HOST, f"/i/{token}"))
    browser.press("footer a[href^='/language']")
    browser.wait_for(lambda: browser.h1 == "Choose your language")
    browser.press("button[value=de]")
    browser.wait_for(lambda: browser.find("html").get_attribute("lang") == "de")
    browser.press()
    browser.wait_for(lambda: browser.h1 == "Anmelden")
    browser.screenshot("log-in-with-provider")
    browser.driver.find_elements(By.CSS_SELECTOR, "main .btn")[1].click()
    log_in_there(browser)

    browser.wait_for(lambda: browser.h1.startswith("Dieses iPhone von Alpha School"))
    row = Enrollment.objects.get()
    assert row.signed_in_name == "Ada Ångström" and row.invitation is not None
    assert browser.find("html").get_attribute("lang") == "de"
    assert browser.violations() == []


def test_one_provider_alone_is_gone_to_by_itself(
    alpha: Site, live: LiveServer, provider: OpenId, browser: Browser
) -> None:
    people.configure(alpha, password_log_in=False)
    browser.open(live.url(HOST, "/enroll/"))
    browser.wait_for(lambda: browser.h1 == "Northwind Account")

    log_in_there(browser)
    browser.wait_for(lambda: browser.h1.startswith("Let Alpha School manage"))
    assert browser.violations() == []
