"""What a site says in a language, and where each text comes from: its own wording, its parent's, the built-in one."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

from enrollment.wording.screens import messages
from sites_config.catalogues import translated
from sites_config.languages import CODES, base_of
from sites_config.models import MessageText
from sites_config.names import ORGANIZATION, SUPPORT
from sites_config.site_settings import SiteSettings
from sites_config.texts import COLUMNS, Message, texts_of
from sites_config.wording import written_for

ENGLISH = "en"
NAMES = (ORGANIZATION.key, SUPPORT.key)


@dataclass(frozen=True)
class TextState:
    """One text of one site in one language. ``inherited`` and ``built_in`` are "" where there is none; ``english`` is
    what the site says in English; ``written_for`` what it said when ``own`` was written, None if nobody noted it."""

    message: Message
    own: str
    inherited: str
    inherited_from: int
    built_in: str
    english: str
    english_is_built_in: bool
    written_for: str | None

    @property
    def below(self) -> str:
        """What is shown when the site says nothing of its own."""
        return self.inherited or self.built_in

    @property
    def missing(self) -> bool:
        """People who read this language are shown another one."""
        return not (self.own or self.below or _says_nothing(self.message))

    @property
    def vanishes(self) -> bool:
        """The site says something of its own in English, which people who read this language never see."""
        return not (self.own or self.inherited or self.english_is_built_in) and bool(self.built_in)

    @property
    def stale(self) -> bool:
        """The English text is another since."""
        return bool(self.own) and self.written_for not in (None, self.english)


@dataclass(frozen=True)
class Counts:
    own: int
    missing: int
    vanishing: int
    stale: int


class Wordings:
    """Of these sites and those they inherit from, read in two queries."""

    def __init__(self, sites: Iterable[SiteSettings], languages: Iterable[str] = CODES) -> None:
        self._sites = {site.site_id: site for site in sites}
        self._languages = tuple(languages)

    @cached_property
    def _texts(self) -> dict[tuple[int, str], dict[str, str]]:
        """By site and key: the text of each language that has one."""
        within = {each for site in self._sites.values() for each in site.lineage}
        rows = MessageText.objects.filter(site__in=within).values("site", "key", *COLUMNS)
        return {(row["site"], row["key"]): texts_of(row) for row in rows}

    @cached_property
    def _written_for(self) -> dict[tuple[int, str, str], str]:
        return written_for(self._sites, self._languages)

    def state(self, site: SiteSettings, language: str, message: Message) -> TextState:
        own = self._texts.get((site.site_id, message.key), {})
        ancestor = self._ancestor_with(site, language, message.key)
        english = self._english(site, message)
        return TextState(
            message=message,
            own=own.get(language, ""),
            inherited=self._texts[ancestor, message.key][language] if ancestor else "",
            inherited_from=ancestor,
            built_in=built_in(site, message, language),
            english=english,
            english_is_built_in=english == built_in(site, message, ENGLISH),
            written_for=self._english_then(site, language, message.key),
        )

    def english(self, site: SiteSettings) -> dict[str, str]:
        """By key: what the site says in English."""
        return {key: self._english(site, message) for key, message in messages().items()}

    def counts(self, site: SiteSettings, language: str) -> Counts:
        """Of every text: those that nobody worded anew are counted without a look at each."""
        worded = {key for site_id, key in self._texts if site_id in site.lineage and key in messages()}
        states = [self.state(site, language, messages()[key]) for key in worded]
        return Counts(
            own=sum(bool(each.own) for each in states),
            missing=sum(each.missing for each in states) + len(untranslated(language) - worded),
            vanishing=sum(each.vanishes for each in states),
            stale=sum(each.stale for each in states),
        )

    def _english_then(self, site: SiteSettings, language: str, key: str) -> str | None:
        # English itself follows nothing.
        return None if language == ENGLISH else self._written_for.get((site.site_id, language, key))

    def _ancestor_with(self, site: SiteSettings, language: str, key: str) -> int:
        if key == ORGANIZATION.key:  # a school is not called as its district is
            return 0
        above = (each for each in site.lineage[1:] if language in self._texts.get((each, key), {}))
        return next(above, 0)

    def _english(self, site: SiteSettings, message: Message) -> str:
        own = self._texts.get((site.site_id, message.key), {}).get(ENGLISH)
        ancestor = self._ancestor_with(site, ENGLISH, message.key)
        inherited = self._texts[ancestor, message.key][ENGLISH] if ancestor else ""
        return own or inherited or built_in(site, message, ENGLISH)


def built_in(site: SiteSettings, message: Message, language: str) -> str:
    """What comes with Gatehouse, or for a name what the configuration says."""
    if message.key == ORGANIZATION.key:
        return site.organization_name
    if message.key == SUPPORT.key:
        return site.support_name
    if _says_nothing(message):
        return message.default
    return translated(message.default, language)


def _says_nothing(message: Message) -> bool:
    """Nothing but placeholders: there is nothing to translate."""
    return message.key in NAMES or not any(map(str.isalpha, _without_placeholders(message)))


def _without_placeholders(message: Message) -> str:
    text = message.default
    for name in message.placeholders:
        text = text.replace(f"{{{name}}}", "")
    return text


@cache
def untranslated(language: str) -> frozenset[str]:
    """Keys of the texts that come without a translation."""
    if base_of(language) == ENGLISH:
        return frozenset()
    return frozenset(
        key
        for key, message in messages().items()
        if not (_says_nothing(message) or translated(message.default, language))
    )
