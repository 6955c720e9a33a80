"""R29: every text that an enrolling person reads is a Message, in every language, worded anew by a site if it likes."""

import gettext
import importlib
import pkgutil
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sites.models import Site
from django.utils.translation import to_locale

from enrollment import steps
from enrollment.flow import STEPS
from enrollment.steps import mdm_profile
from enrollment.wording.screens import messages
from sites_config.catalogues import ios_word, translated
from sites_config.languages import LANGUAGES, SHIPPED
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
FOR_BROWSERS = ("width=device-width, initial-scale=1", "telephone=no", "0;url=", "15")
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
TRANSLATED = [code for code in SHIPPED if code != "en"]


def to_translate() -> Iterator[tuple[str, Message]]:
    """Without names and what holds nothing but a placeholder."""
    for where, message in MESSAGES.items():
        if re.search(r"[A-Za-z]", PLACEHOLDER.sub("", message.default)):
            yield where, message


def test_r29_every_step_has_its_page_in_the_gallery() -> None:
    """Else the rules that hold on every page would not be asked of a new screen."""
    assert {step.slug.replace("-", "_") for step in STEPS} <= set(pages())


def test_r29_the_screens_declare_their_texts() -> None:
    assert len(MESSAGES) > 120
    # A screen may show another's words: then it is the same message, worded once for both.
    keys = [message.key for message in {id(message): message for message in MESSAGES.values()}.values()]
    assert len(keys) == len(set(keys)), "a key twice: a site could not word the two apart"


def test_r29_every_text_can_be_worded_by_a_site() -> None:
    """A class of texts beside a screen has to be named in enrollment/wording/screens.py."""
    assert {each.key for each in MESSAGES.values()} - set(messages()) == set()


def test_r29_the_lists_of_ios_words_have_the_same_words() -> None:
    """Also those of languages without a catalogue: a device may be set to one, and the page be in another."""
    lists = sorted(Path(settings.LOCALE_PATHS[0]).glob("*/ios_words.toml"))
    words = {file.parent.name: set(tomllib.loads(file.read_text())) for file in lists}
    assert len(words) > 30
    assert {name for name, found in words.items() if found != words["de"]} == set()
    assert {word for each in MESSAGES.values() for word in each.ios} <= words["de"]


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


@pytest.mark.parametrize("language", TRANSLATED)
def test_r29_every_text_is_translated(language: str) -> None:
    missing = {
        where: each.default for where, each in to_translate() if not _translated(each.default, language)
    }
    assert missing == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_r29_translations_keep_the_placeholders(language: str) -> None:
    wrong = {
        where: translated(each.default, language)
        for where, each in to_translate()
        if set(PLACEHOLDER.findall(translated(each.default, language))) != set(each.placeholders)
    }
    assert wrong == {}


def _translated(text: str, language: str) -> bool:
    """In our own catalogue: Django's and allauth's have some of the words too, and may word them otherwise."""
    with _catalogue_of(language).open("rb") as opened:
        catalogue = gettext.GNUTranslations(opened)
    return text in catalogue._catalog  # type: ignore[attr-defined]


def _catalogue_of(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / to_locale(language) / "LC_MESSAGES" / "django.mo"


@pytest.mark.parametrize("language", TRANSLATED)
def test_r29_no_translation_is_a_copy(language: str) -> None:
    same = [
        each.default for _where, each in to_translate() if translated(each.default, language) == each.default
    ]
    assert len(same) < len(MESSAGES) / 20


@pytest.mark.parametrize("language", TRANSLATED)
def test_r29_the_words_of_ios_stand_in_the_texts_as_ios_shows_them(language: str) -> None:
    wrong = {
        (where, word): translated(each.default, language)
        for where, each in to_translate()
        for word in each.ios
        if not ios_word(word, language) or ios_word(word, language) not in translated(each.default, language)
    }
    assert wrong == {}


def test_r29_the_words_of_ios_are_named_where_they_stand() -> None:
    """Words that the page never uses for anything else: a text with one of them says so."""
    words = ("Settings", "VPN & Device Management", "Profile Downloaded", "Lockdown Mode", "Not Verified")
    unnamed = {
        (where, word)
        for where, each in to_translate()
        for word in words
        if word in each.default and not any(word in named for named in each.ios)
    }
    assert unnamed == set()


# CLDR's plural rules as gettext writes them, by the number of forms.
FORMS = {"ar": 6, "pl": 3, "uk": 3, "cs": 3, "ro": 3, "he": 3} | dict.fromkeys(
    ("ja", "ko", "zh-hans", "zh-hant", "vi", "th", "id"), 1
)


@pytest.mark.parametrize("language", TRANSLATED)
def test_r29_the_catalogues_have_the_plural_forms_of_their_language(language: str) -> None:
    with _catalogue_of(language).open("rb") as opened:
        plural = gettext.GNUTranslations(opened).plural  # type: ignore[attr-defined]
    forms = {plural(number) for number in range(200)}
    assert forms == set(range(FORMS.get(language, 2)))


@pytest.mark.parametrize("language", TRANSLATED)
def test_r29_digits_are_the_same_in_every_language(language: str) -> None:
    """Times and counts are filled in with 0-9."""
    texts = [translated(each.default, language) for _where, each in to_translate()]
    assert [text for text in texts if any(sign.isdigit() and sign not in "0123456789" for sign in text)] == []


@pytest.fixture
def gallery(alpha: Site, alice: User, bob: User, clock: Clock) -> Gallery:
    return Gallery(alpha, clock, language="ar")


# Names, addresses and commands stay in their own letters; so do words of Apple's that Arabic keeps in Latin.
LATIN_IN_ARABIC = (
    "Alpha School IT desk", "Alpha School", "Alpha Junior", "Alpha Senior", "iOS",
    "Alice Archer", "Ana Alvarez", "English", "Deutsch", "it@alpha.example",
    "alpha.example", "alpha.test/accounts/second-factor/",
    "Mr. Ames", "alice", "bob", "iPhone", "iPad", "Safari", "MDM", "PIN", "VPN", "QR", "Wi-Fi", "Mac",
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
