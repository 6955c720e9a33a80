"""Every text an enrolling person reads: declared as a Message beside its screen, worded anew by a site if it likes.

A text is looked up in this order: the site's own wording in the person's language (then its parent's), the built-in
translation in that language, the site's wording in its default language, English.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import nh3
from django.utils import translation
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from modeltranslation.utils import build_localized_fieldname

from sites_config.catalogues import ios_word, translated
from sites_config.changes import remember
from sites_config.languages import CODES, LANGUAGES
from sites_config.site_settings import SiteSettings

_UNSAVED: ContextVar[tuple[str, Mapping[str, str]] | None] = ContextVar("unsaved_texts", default=None)
PLACEHOLDER = re.compile(r"\{(\w+)\}")
# What stands before the first word of a sentence: nothing, a paragraph's tag, the end of the sentence before.
_BEGINNING = re.compile(r"(^|>|[.?!]\s|[¿¡])\Z")
# Without markup of its own; of pictures, which CommonMark has, the sanitiser leaves nothing.
MARKDOWN = MarkdownIt("commonmark", {"html": False})
_ALLOWED_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h2", "h3", "code", "blockquote", "hr"}


def column_of(language: str) -> str:
    """The column that django-modeltranslation makes for the texts of a language."""
    return build_localized_fieldname("text", language)  # which knows that "id" would be a foreign key's name


COLUMNS = {column_of(code): code for code in CODES}


@dataclass(frozen=True)
class Message:
    """``default`` is English and the key of the built-in translations; placeholders stand in braces.

    ``ios`` are the words of iOS in it, in English: they must be found on the device as they stand here.
    """

    key: str
    default: str
    placeholders: tuple[str, ...] = ()
    markdown: bool = False
    ios: tuple[str, ...] = ()


class Words(str):
    """Ordinary words for a placeholder: they take a capital letter where a sentence begins. A name stays as it is."""

    def at(self, before: str) -> str:
        """As they stand after ``before``."""
        return self[:1].upper() + self[1:] if _BEGINNING.search(before) else str(self)


class Texts:
    """The texts of one site in one language. ``resolve`` gives the wording, ``fill`` the text for a page."""

    def __init__(self, language: str, own: Mapping[str, str], fallback: Mapping[str, str]) -> None:
        self.language = language
        self._own = own
        self._fallback = fallback
        self._rendered: dict[str, SafeString] = {}

    def with_own(self, texts: Mapping[str, str]) -> "Texts":
        """The same with other wordings; "" for none."""
        own = {key: text for key, text in {**self._own, **texts}.items() if text}
        return Texts(self.language, own, self._fallback)

    def resolve(self, message: Message) -> str:
        """The wording with its placeholders still in it."""
        if message.key in self._own:
            return self._own[message.key]
        return translated(message.default, self.language) or self._fallback.get(message.key, message.default)

    def fill(self, message: Message, values: Mapping[str, object], device_language: str = "") -> SafeString:
        """HTML: Markdown rendered and sanitised first, then the placeholders filled with escaped text. The words of iOS
        are followed by what the device calls them, where it speaks another language."""
        if message.key not in self._rendered:
            self._rendered[message.key] = _html(self.resolve(message), message.markdown)
        html = self._rendered[message.key]
        if message.ios and device_language not in ("", self.language):
            html = _beside(html, message.ios, self.language, device_language)
        return _filled(html, values)

    def plain(self, message: Message, values: Mapping[str, object]) -> str:
        """Plain text, for profiles and mails."""
        return PLACEHOLDER.sub(lambda found: str(_value(found, values)), self.resolve(message))


class ScreenTexts:
    """The Messages of one ``Texts`` class by attribute name, for templates: ``{{ texts.title }}``."""

    def __init__(
        self, declared: type, texts: Texts, values: Mapping[str, object], device_language: str = ""
    ) -> None:
        self._declared, self._texts, self._values = declared, texts, values
        self._device_language = device_language

    def __getitem__(self, name: str) -> SafeString:
        message = getattr(self._declared, name, None)
        if not isinstance(message, Message):
            raise KeyError(name)
        return self._texts.fill(message, self._values, self._device_language)

    def filled(self, name: str, **values: object) -> SafeString:
        """One that stands several times on the page, each time with values of its own."""
        return self._texts.fill(
            getattr(self._declared, name), {**self._values, **values}, self._device_language
        )


def texts_for(site: SiteSettings, language: str) -> Texts:
    """Remembered per process, site and language until the configuration changes; built-in ones for no site."""
    if not site.lineage:
        return Texts(language, {}, {})
    texts = remember(("texts", site.site_id, language), lambda: _read(site, language))
    unsaved = _UNSAVED.get()
    return texts.with_own(unsaved[1]) if unsaved and unsaved[0] == language else texts


@contextmanager
def unsaved_texts(language: str, texts: Mapping[str, str]) -> Iterator[None]:
    """What is shown within, in this thread only, by key; "" goes back to what the site would say without its own."""
    token = _UNSAVED.set((language, texts))
    try:
        yield
    finally:
        _UNSAVED.reset(token)


def unsaved_text(key: str, language: str) -> str:
    """What ``unsaved_texts`` gave for the key, "" for nothing."""
    unsaved = _UNSAVED.get()
    return unsaved[1].get(key, "") if unsaved and unsaved[0] == language else ""


def direction(language: str) -> str:
    """``rtl`` or ``ltr``."""
    return "rtl" if translation.get_language_info(language)["bidi"] else "ltr"


def native_names(codes: tuple[str, ...]) -> list[tuple[str, str]]:
    """The codes with the languages' own names, in the order given."""
    names = dict(LANGUAGES)
    return [(code, names[code]) for code in codes]


def _read(site: SiteSettings, language: str) -> Texts:
    wordings = remember(("wordings", site.site_id), lambda: _wordings(site))
    own: dict[str, str] = {}
    fallback: dict[str, str] = {}
    for site_id in reversed(site.lineage):  # the nearest comes last and wins
        for key, texts in wordings.get(site_id, {}).items():
            own.update({key: texts[language]} if language in texts else {})
            fallback.update({key: texts[site.default_language]} if site.default_language in texts else {})
    return Texts(language, own, fallback)


def _wordings(site: SiteSettings) -> dict[int, dict[str, dict[str, str]]]:
    """By site, key and language: one query for all of them, so that a page costs the same in each."""
    from sites_config.models import MessageText

    rows = MessageText.objects.filter(site__in=site.lineage).values("site", "key", *COLUMNS)
    found: dict[int, dict[str, dict[str, str]]] = {}
    for row in rows:
        found.setdefault(row["site"], {})[row["key"]] = texts_of(row)
    return found


def texts_of(row: Mapping[str, str | None]) -> dict[str, str]:
    """By language, of a row read with ``COLUMNS``: those that there are."""
    return {code: text for column, code in COLUMNS.items() if (text := row[column])}


def _html(text: str, markdown: bool) -> SafeString:
    return rendered(text) if markdown else escape(text)


def rendered(markdown: str) -> SafeString:
    """Sanitised HTML of a text in Markdown: no images, no markup of its own, no schemes but https, mailto and tel."""
    html = MARKDOWN.render(markdown)
    clean = nh3.clean(html, tags=_ALLOWED_TAGS, url_schemes={"https", "mailto", "tel"}, link_rel="noopener")
    return mark_safe(clean)  # noqa: S308


def _beside(html: SafeString, words: tuple[str, ...], language: str, device_language: str) -> SafeString:
    """Each of the words once, where it first stands. A text that fell back to English has them in English."""
    theirs: dict[str, SafeString] = {}
    for word in words:
        said = ios_word(word, device_language)
        for shown in {ios_word(word, language), word} - {"", said}:
            if said:
                theirs[escape(shown)] = format_html(
                    '{} (<bdi lang="{}">{}</bdi>)', shown, device_language, said
                )
    if not theirs:
        return html
    # The longest first: "Trust" stands in "Certificate Trust Settings" too.
    found = re.compile("|".join(map(re.escape, sorted(theirs, key=len, reverse=True))))
    return mark_safe(found.sub(lambda match: theirs.pop(match[0], match[0]), html))  # noqa: S308


def _filled(html: SafeString, values: Mapping[str, object]) -> SafeString:
    # Only braces that name a value are filled; a stray brace in a site's own wording stays as it is.
    filled = PLACEHOLDER.sub(
        lambda found: _isolated(_value(found, values)) if found[1] in values else found[0], html
    )
    return mark_safe(filled)  # noqa: S308


def _value(found: re.Match[str], values: Mapping[str, object]) -> object:
    value = values.get(found[1], found[0])
    return value.at(found.string[: found.start()]) if isinstance(value, Words) else value


def _isolated(value: object) -> SafeString:
    """A name may run the other way than the sentence around it."""
    return escape(value) if isinstance(value, int) else format_html("<bdi>{}</bdi>", value)
