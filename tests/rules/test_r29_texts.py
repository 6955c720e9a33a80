"""R29: every text that an enrolling person reads is a Message, in every language, worded anew by a site if it likes."""

import gettext
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sites.models import Site

from enrollment import steps
from enrollment.flow import STEPS
from enrollment.steps import mdm_profile
from sites_config.catalogues import translated
from sites_config.languages import LANGUAGES
from sites_config.models import User
from sites_config.texts import Message
from tests.gallery import Gallery, pages
from tests.moved_clock import Clock
from tests.visitor import as_page

TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates" / "enrollment").rglob("*.html")) + sorted(
    (Path(settings.BASE_DIR) / "templates" / "django").rglob("*.html")
)
SPOKEN_ATTRIBUTES = re.compile(
    r'\s(?:aria-label|alt|title|placeholder|label|aria-description|content)="([^"]*)"'
)
# A command is no text, and neither is what meta elements tell the browser.
COMMANDS = ("make iphone",)
FOR_BROWSERS = ("width=device-width, initial-scale=1", "noindex", "telephone=no", "0;url=", "15")
PLACEHOLDER = re.compile(r"\{(\w*)\}")


def declared() -> Iterator[tuple[str, Message]]:
    """(where, message) of every Message of every screen."""
    for module in pkgutil.iter_modules(steps.__path__, "enrollment.steps."):
        for name, texts in vars(importlib.import_module(module.name)).items():
            if isinstance(texts, type) and texts.__module__ == module.name:
                yield from (
                    (f"{module.name}.{name}.{attribute}", message)
                    for attribute, message in vars(texts).items()
                    if isinstance(message, Message)
                )


MESSAGES = dict(declared())


def test_r29_every_step_has_its_page_in_the_gallery() -> None:
    """Else the rules that hold on every page would not be asked of a new screen."""
    assert {step.slug.replace("-", "_") for step in STEPS} <= set(pages())


def test_r29_the_screens_declare_their_texts() -> None:
    assert len(MESSAGES) > 120
    # A screen may show another's words: then it is the same message, worded once for both.
    keys = [message.key for message in {id(message): message for message in MESSAGES.values()}.values()]
    assert len(keys) == len(set(keys)), "a key twice: a site could not word the two apart"


def test_r29_placeholders_are_declared_as_they_are_used() -> None:
    wrong = {
        where: message
        for where, message in MESSAGES.items()
        if set(PLACEHOLDER.findall(message.default)) != set(message.placeholders)
    }
    assert wrong == {}


def _bare(template: str) -> str:
    """What a template says by itself: text between tags, and attributes that are read out."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", template, flags=re.DOTALL)
    spoken = " ".join(value for value in SPOKEN_ATTRIBUTES.findall(text) if value not in FOR_BROWSERS)
    between = re.sub(r"<[^>]*>", " ", text)
    for command in COMMANDS:
        between = between.replace(command, "")
    return between + spoken


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_r29_templates_contain_no_words_of_their_own(template: Path) -> None:
    assert re.findall(r"[^\W\d_]{2,}", _bare(template.read_text())) == []


def test_r29_this_search_finds_words() -> None:
    assert "Hello" in _bare('<p class="big">Hello {{ name }}</p>')
    assert "Close" in _bare('<button aria-label="Close">{% trans x %}</button>')


@pytest.mark.parametrize("language", ["de", "ar"])
def test_r29_every_text_is_translated(language: str) -> None:
    missing = {
        where: each.default for where, each in MESSAGES.items() if not _translated(each.default, language)
    }
    assert missing == {}


@pytest.mark.parametrize("language", ["de", "ar"])
def test_r29_translations_keep_the_placeholders(language: str) -> None:
    wrong = {
        where: translated(each.default, language)
        for where, each in MESSAGES.items()
        if set(PLACEHOLDER.findall(translated(each.default, language))) != set(each.placeholders)
    }
    assert wrong == {}


def _translated(text: str, language: str) -> bool:
    """In our own catalogue: Django's and allauth's have some of the words too, and may word them otherwise."""
    file = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.mo"
    with file.open("rb") as opened:
        catalogue = gettext.GNUTranslations(opened)
    return text in catalogue._catalog  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", ["de", "ar"])
def test_r29_arabic_and_german_are_no_copies(language: str) -> None:
    same = [each.default for each in MESSAGES.values() if translated(each.default, language) == each.default]
    assert len(same) < len(MESSAGES) / 20


@pytest.fixture
def gallery(alpha: Site, alice: User, bob: User, clock: Clock) -> Gallery:
    return Gallery(alpha, clock, language="ar")


# Names, addresses and commands stay in their own letters; so do words of Apple's that Arabic keeps in Latin.
LATIN_IN_ARABIC = (
    "Alpha School IT desk", "Alpha School", "Alpha Junior", "Alpha Senior", "iOS",
    "Alice Archer", "Ana Alvarez", "English", "Deutsch", "it@alpha.example",
    "alpha.example", "alpha.test/accounts/second-factor/",
    "Mr. Ames", "alice", "bob", "iPhone", "iPad", "Safari", "MDM", "VPN", "QR", "Wi-Fi", "Mac",
    "make iphone", "Northwind Account", "Another Account",
)  # fmt: skip

# The list of languages has them all, "Español (Latinoamérica)" before "Español".
OWN_NAMES = sorted((name for _code, name in LANGUAGES), key=len, reverse=True)


@pytest.mark.django_db
@pytest.mark.parametrize("name", pages())
def test_r29_in_arabic_no_page_falls_back_to_english(gallery: Gallery, name: str) -> None:
    page = as_page(pages()[name](gallery))

    text = page.text.replace(page.reference, "")
    for known in (*LATIN_IN_ARABIC, *OWN_NAMES):
        text = text.replace(known, "")
    assert (page.lang, page.dir) == ("ar", "rtl")
    assert re.findall(r"[A-Za-z]{2,}", text) == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", pages())
def test_r29_no_page_shows_an_unfilled_placeholder(gallery: Gallery, name: str) -> None:
    gallery.language = "en"
    page = as_page(pages()[name](gallery))
    assert "{" not in page.text and "}" not in page.text
    assert (page.lang, page.dir) == ("en", "ltr")


def test_r29_every_right_has_its_text() -> None:
    assert len([name for name in vars(mdm_profile.RightTexts) if not name.startswith("_")]) == 13
