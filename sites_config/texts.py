"""Every text an enrolling person reads: declared as a Message beside its screen, worded anew by a site if it likes.

A text is looked up in this order: the site's own wording in the person's language (then its parent's), the built-in
translation in that language, the site's wording in its default language, English.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import nh3
from django.conf import settings
from django.utils import translation
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from sites_config.changes import remember
from sites_config.site_settings import SiteSettings

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_ALLOWED_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h2", "h3", "code", "blockquote", "hr"}


@dataclass(frozen=True)
class Message:
    """``default`` is English and the key of the built-in translations; placeholders stand in braces."""

    key: str
    default: str
    placeholders: tuple[str, ...] = ()
    markdown: bool = False


class Texts:
    """The texts of one site in one language. ``resolve`` gives the wording, ``fill`` the text for a page."""

    def __init__(self, language: str, own: Mapping[str, str], fallback: Mapping[str, str]) -> None:
        self.language = language
        self._own = own
        self._fallback = fallback
        self._rendered: dict[str, SafeString] = {}

    def resolve(self, message: Message) -> str:
        """The wording with its placeholders still in it."""
        if message.key in self._own:
            return self._own[message.key]
        built_in = built_in_text(message.default, self.language)
        if built_in != message.default or self.language == "en":
            return built_in
        return self._fallback.get(message.key, message.default)

    def fill(self, message: Message, values: Mapping[str, object]) -> SafeString:
        """HTML: Markdown rendered and sanitised first, then the placeholders filled with escaped text."""
        if message.key not in self._rendered:
            self._rendered[message.key] = _html(self.resolve(message), message.markdown)
        return _filled(self._rendered[message.key], values)

    def plain(self, message: Message, values: Mapping[str, object]) -> str:
        """Plain text, for profiles and mails."""
        return _PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), self.resolve(message))


class ScreenTexts:
    """The Messages of one ``Texts`` class by attribute name, for templates: ``{{ texts.title }}``."""

    def __init__(self, declared: type, texts: Texts, values: Mapping[str, object]) -> None:
        self._declared, self._texts, self._values = declared, texts, values

    def __getitem__(self, name: str) -> SafeString:
        message = getattr(self._declared, name, None)
        if not isinstance(message, Message):
            raise KeyError(name)
        return self._texts.fill(message, self._values)

    def filled(self, name: str, **values: object) -> SafeString:
        """One that stands several times on the page, each time with values of its own."""
        return self._texts.fill(getattr(self._declared, name), {**self._values, **values})


def texts_for(site: SiteSettings, language: str) -> Texts:
    """Remembered per process, site and language until the configuration changes; built-in ones for no site."""
    if not site.lineage:
        return Texts(language, {}, {})
    return remember(("texts", site.site_id, language), lambda: _read(site, language))


def built_in_text(default: str, language: str) -> str:
    """The shipped translation, or ``default`` when the catalogue of the language lacks it."""
    if not default:
        return ""
    with translation.override(language):
        return translation.gettext(default)


def direction(language: str) -> str:
    """``rtl`` or ``ltr``."""
    return "rtl" if translation.get_language_info(language)["bidi"] else "ltr"


def native_names(codes: tuple[str, ...]) -> list[tuple[str, str]]:
    """The codes with the languages' own names, in the order given."""
    names = dict(settings.LANGUAGES)
    return [(code, str(names[code])) for code in codes]


def _read(site: SiteSettings, language: str) -> Texts:
    from sites_config.models import MessageText

    column, default_column = column_of(language), column_of(site.default_language)
    rows: dict[int, list[dict[str, Any]]] = {}
    # By name: two equal columns would come back as one.
    for row in MessageText.objects.filter(site__in=site.lineage).values(
        "site", "key", column, default_column
    ):
        rows.setdefault(row["site"], []).append(row)
    own: dict[str, str] = {}
    fallback: dict[str, str] = {}
    for site_id in reversed(site.lineage):  # the nearest comes last and wins
        for row in rows.get(site_id, []):
            own.update({row["key"]: row[column]} if row[column] else {})
            fallback.update({row["key"]: row[default_column]} if row[default_column] else {})
    return Texts(language, own, fallback)


def column_of(language: str) -> str:
    """The column that django-modeltranslation makes for the texts of a language."""
    return f"text_{language.replace('-', '_')}"


def _html(text: str, markdown: bool) -> SafeString:
    return rendered(text) if markdown else escape(text)


def rendered(markdown: str) -> SafeString:
    """Sanitised HTML of a text in Markdown: no images, no markup of its own, no schemes but https, mailto and tel."""
    html = MarkdownIt("commonmark", {"html": False}).render(markdown)
    return mark_safe(nh3.clean(html, tags=_ALLOWED_TAGS, url_schemes={"https", "mailto", "tel"}))  # noqa: S308


def _filled(html: SafeString, values: Mapping[str, object]) -> SafeString:
    # Only braces that name a value are filled; a stray brace in a site's own wording stays as it is.
    filled = _PLACEHOLDER.sub(
        lambda found: escape(values[found[1]]) if found[1] in values else found[0], html
    )
    return mark_safe(filled)  # noqa: S308
