"""How far somebody is, in plain words: where, in which language and browser, what holds them up, what to tell them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from enrollment.explain.cause import Cause, Rule
from enrollment.explain.device_causes import RULES as OF_DEVICES
from enrollment.explain.facts import Facts, facts_of, step_of
from enrollment.explain.screen_causes import RULES as AT_SCREENS
from enrollment.models import Enrollment, Event
from sites_config.catalogues import ios_word
from sites_config.languages import LANGUAGES
from sites_config.models import SiteConfiguration
from sites_config.names import organization_in
from sites_config.site_settings import SiteSettings
from sites_config.texts import direction, texts_for

_IOS = re.compile("“([^”]+)”")


@dataclass(frozen=True)
class Story:
    """``screen``: its title in English; ``seen``: in ``language``, as it stands on their page; both "" where nothing is
    asked. ``words``: (English, theirs) of what iOS calls things in ``cause.tell``."""

    enrollment: Enrollment
    slug: str
    screen: str
    seen: str
    language: str
    language_name: str
    direction: str
    last: Event | None
    cause: Cause
    words: tuple[tuple[str, str], ...]


def story_of(enrollment: Enrollment, events: Sequence[Event], now: datetime) -> Story:
    """``events``: of this enrollment, the newest first."""
    facts = facts_of(enrollment, tuple(events), now)
    site = SiteConfiguration.for_site(enrollment.site_id)
    language = enrollment.language if enrollment.language in dict(LANGUAGES) else site.default_language
    cause = probable_cause(facts)
    return Story(
        enrollment,
        facts.screen,
        title_of(enrollment, site, "en", now),
        title_of(enrollment, site, language, now),
        language,
        dict(LANGUAGES)[language],
        direction(language),
        facts.events[0] if facts.events else None,
        cause,
        tuple(_words(cause.tell, language)),
    )


def probable_cause(facts: Facts) -> Cause:
    rules: list[tuple[Rule, Cause]] = [*OF_DEVICES, *AT_SCREENS]
    return next(found for rule, found in rules if rule(facts))


def title_of(enrollment: Enrollment, site: SiteSettings, language: str, now: datetime) -> str:
    """Of the screen that asks something now, "" for none."""
    step = step_of(enrollment, now)
    if step is None:
        return ""
    device = enrollment.claimed.get("model_name") or "iPhone / iPad"
    values = {"organization": organization_in(site, language), "device": device}
    return texts_for(site, language).plain(getattr(step.Texts, "title"), values)  # noqa: B009


def _words(tell: str, language: str) -> list[tuple[str, str]]:
    said = dict.fromkeys(_IOS.findall(tell))
    theirs = ((word, ios_word(word, language)) for word in said)
    return [(word, other) for word, other in theirs if other not in ("", word)]
