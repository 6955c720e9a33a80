"""Every page there is, dead ends included, as both engines show it: what the walk of test_pages.py doesn't come by."""

from collections.abc import Iterator

import pytest
from django.contrib.sites.models import Site

from sites_config.models import User
from tests.browser.audit import barriers, faults
from tests.browser.browser import Browser, Look
from tests.browser.conftest import Browse
from tests.browser.shelf import Shelf, passing_world, shelf_server
from tests.gallery import Gallery, pages
from tests.live import LiveServer, TestAuthority
from tests.moved_clock import Clock, clock
from tests.visitor import quick_passwords

__all__ = ["clock", "quick_passwords"]
# The narrowest screen with the longest words, and right to left in the dark.
LOOKS = {"webkit": Look(width=320, height=568, language="de"), "chromium": Look(language="ar", dark=True)}
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(400)]  # some hundred pages


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def server(tls: TestAuthority, shelf: Shelf) -> Iterator[LiveServer]:
    with shelf_server(tls, shelf) as running:
        yield running


@pytest.fixture
def browser(browse: Browse, engine: str) -> Browser:
    return browse(engine, LOOKS[engine])


def test_no_page_has_a_fault_or_a_barrier(
    alpha: Site, alice: User, bob: User, clock: Clock, shelf: Shelf, server: LiveServer, browser: Browser
) -> None:
    found: dict[str, list[str]] = {}
    for name, show in pages().items():
        with passing_world(clock):
            shelf.answers[name] = show(Gallery(alpha, clock, language=browser.look.language))
        browser.open(server.url("localhost", f"/{name}"))
        browser.hold_still()
        browser.screenshot(f"gallery-{name}")
        found[name] = faults(browser) + barriers(browser)

    assert {name: problems for name, problems in found.items() if problems} == {}
    assert found.keys() == pages().keys()
