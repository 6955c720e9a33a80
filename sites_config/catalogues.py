"""The translations that come with Gatehouse: catalogues of gettext, and the words that iOS itself uses.

``locale/<locale>/LC_MESSAGES/django.po`` holds the texts of the pages, ``locale/<locale>/ios_words.toml`` what a phone
that is set to the language shows. Read here and not by Django's own gettext, which also asks its own catalogues and
those of other packages, and these word some things otherwise.
"""

import functools
import gettext
import tomllib
from pathlib import Path

from django.conf import settings
from django.utils.translation import to_locale

from sites_config.languages import NEXT, base_of


class _Missing(gettext.NullTranslations):
    """Stands behind a catalogue: an empty text for whatever it lacks."""

    def gettext(self, message: str) -> str:
        return ""


def translated(text: str, language: str) -> str:
    """The shipped translation, in the language's other region if need be; "" when there is none. English is one."""
    if not text or base_of(language) == "en":
        return text
    for code in (language, *NEXT.get(language, ())):
        found = _catalogue(code).gettext(text)
        if found:
            return found
    return ""


def ios_word(word: str, language: str) -> str:
    """What iOS says for an English word of its own; "" in a language whose words are not known."""
    if base_of(language) == "en":
        return word
    return next(
        filter(None, (_ios_words(code).get(word) for code in (language, *NEXT.get(language, ())))), ""
    )


def compiled(language: str) -> bool:
    """Whether the language's own catalogue is where it is read from."""
    return _file(language).is_file()


@functools.cache
def _catalogue(language: str) -> gettext.NullTranslations:
    file = _file(language)
    missing = _Missing()
    if not file.is_file():
        return missing
    with file.open("rb") as opened:
        catalogue = gettext.GNUTranslations(opened)
    catalogue.add_fallback(missing)
    return catalogue


@functools.cache
def _ios_words(language: str) -> dict[str, str]:
    file = _folder(language) / "ios_words.toml"
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def _file(language: str) -> Path:
    return _folder(language) / "LC_MESSAGES" / "django.mo"


def _folder(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / to_locale(language)
