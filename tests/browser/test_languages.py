"""Every page in every language that comes with Gatehouse, on the narrowest phone."""

import gzip
import re

import pytest
from django.contrib.sites.models import Site
from django.http import HttpResponse

from sites_config.languages import SHIPPED
from sites_config.models import SiteConfiguration
from sites_config.texts import direction
from tests import people
from tests.browser.audit import barriers
from tests.browser.browser import Look
from tests.browser.conftest import Browse
from tests.browser.pseudo import MIRRORED, STRETCHED, in_pseudo
from tests.browser.sheet import SHOWN, faults_on_sheet, keep, lay_out, pages_in
from tests.browser.shelf import Shelf, shelf_server
from tests.budgets.test_page_weight import LIMIT
from tests.live import TestAuthority

pytestmark = pytest.mark.django_db
WIDTH = 320
# One browser shows several, one after the other.
BATCHES = [SHIPPED[first : first + 6] for first in range(0, len(SHIPPED), 6)]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("languages", BATCHES, ids="-".join)
def test_every_page_is_sound_in_every_language(
    alpha: Site, tls: TestAuthority, browse: Browse, languages: tuple[str, ...]
) -> None:
    browser = browse("webkit", Look(width=1560, height=1360, fineness=1))
    shelf = Shelf()
    found: dict[str, list[str]] = {}
    with shelf_server(tls, shelf) as server:
        for language in languages:
            pages = pages_in(SiteConfiguration.for_site(alpha), language)
            assert len(pages) == len(SHOWN) >= 50
            found |= {f"{name} in {language}": faults for name, faults in faults_of(pages, language).items()}
            lay_out(shelf, pages, WIDTH)
            browser.open(server.url("localhost", "/sheet"))
            found |= {f"{shown} in {language}": faults for shown, faults in faults_on_sheet(browser).items()}
            keep(browser, language)

    assert found == {}


def faults_of(pages: dict[str, str], language: str) -> dict[str, list[str]]:
    """What no browser is needed for: the direction, and five kilobytes over the wire at most."""
    wrong = {
        name: [html[:80]] for name, html in pages.items() if f'dir="{direction(language)}"' not in html[:400]
    }
    sizes = {name: len(gzip.compress(html.encode(), 6)) for name, html in pages.items()}
    return wrong | {name: [f"{size} bytes"] for name, size in sizes.items() if size > LIMIT}


@pytest.mark.parametrize("language", [STRETCHED, MIRRORED])
def test_no_page_is_made_for_the_length_of_its_words(
    alpha: Site, tls: TestAuthority, browse: Browse, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And none has words of its own: what did not come from a catalogue would stand there in plain English."""
    monkeypatch.setattr("sites_config.texts.translated", in_pseudo)
    people.configure(alpha, languages=f"en,{language}")
    browser = browse("webkit", Look(width=1560, height=1360, fineness=1))
    pages = pages_in(SiteConfiguration.for_site(alpha), language)
    shelf = Shelf()

    with shelf_server(tls, shelf) as server:
        lay_out(shelf, pages, WIDTH)
        browser.open(server.url("localhost", "/sheet"))
        found = faults_on_sheet(browser)
        texts = browser.driver.execute_script(TEXTS)
        keep(browser, f"pseudo-{language}")

    assert found == {}
    assert {
        name: plain for name, text in texts.items() if (plain := PLAIN.findall(_without_names(text)))
    } == {}


# Words of three plain letters, as in "Log in": the stretched language has an accent in each, the mirrored none of them.
PLAIN = re.compile(r"\b(?=[A-Za-z]*[aeiou])[A-Za-z]{3,}\b")
TEXTS = """
var found = {};
[].forEach.call(document.querySelectorAll('iframe'), function (frame) {
  found[frame.title] = frame.contentDocument.body.innerText;
});
return found;
"""
NAMES = (
    "Alpha School IT desk", "Alpha School", "Ana Alvarez", "it@alpha.example", "alpha.test", "example.org", "Example",
    "English", "Slovenčina", "PREV-IEW2", "iPhone", "iPad", "Safari", "http", "enroll", "make",
)  # fmt: skip


def _without_names(text: str) -> str:
    for name in NAMES:
        text = text.replace(name, "")
    return text


HEBREW = (
    "welcome", "log-in", "ownership", "assign", "agreement", "ca-certificate", "mdm-profile", "install", "complete",
    "language", "gate-safari", "problem:error",
)  # fmt: skip


def test_no_barrier_in_hebrew(alpha: Site, tls: TestAuthority, browse: Browse) -> None:
    """Arabic is asked in every look, see test_pages.py and test_screens.py."""
    browser = browse("webkit", Look(language="he"))
    pages = pages_in(SiteConfiguration.for_site(alpha), "he")
    shelf = Shelf()
    for number, name in enumerate(HEBREW):
        shelf.answers[str(number)] = HttpResponse(pages[name].replace("<body inert>", "<body>"))
    found = {}

    with shelf_server(tls, shelf) as server:
        for number, name in enumerate(HEBREW):
            browser.open(server.url("localhost", f"/{number}"))
            browser.hold_still()
            found[name] = barriers(browser)

    assert {name: problems for name, problems in found.items() if problems} == {}
