"""The rows of the editor of texts: what each text is, what was typed, what is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.contrib.sites.models import Site

from enrollment.wording.screens import Screen, messages, screen_of, screens
from enrollment.wording.state import TextState, Wordings
from sites_config.http import sent_id
from sites_config.models import TextRevision
from sites_config.site_settings import SiteSettings
from sites_config.wording import Wording, newest_revisions
from sites_config.wording_checks import left_out, normal, problems_of

MOST_ROWS = 120  # of a search
ONLY = {
    "": "Everything",
    "own": "Worded by this site",
    "missing": "Missing in this language",
    "vanishing": "Own English, built-in here",
    "stale": "English changed since",
}


@dataclass
class Row:
    """``typed``: what stands in the field; ``seen``: the revision that it was written over; ``theirs``: what somebody
    else saved in the meantime."""

    state: TextState
    screen: Screen
    inherited_from: str
    seen: int
    typed: str
    problems: list[str] = field(default_factory=list)
    theirs: TextRevision | None = None

    @property
    def key(self) -> str:
        return self.state.message.key

    @property
    def changed(self) -> bool:
        return normal(self.state.message, self.typed) != self.state.own

    @property
    def lines(self) -> int:
        """Of the field."""
        longest = max(len(self.typed), len(self.state.below), len(self.state.english))
        return min(12, max(2, longest // 45 + 1)) if not self.state.message.markdown else 8

    @property
    def left_out(self) -> str:
        return ", ".join(f"{{{name}}}" for name in left_out(self.state.message, self.typed))

    def wording(self, language: str) -> Wording:
        return Wording(self.key, language, normal(self.state.message, self.typed), self.seen)


def rows(site: SiteSettings, language: str, *, screen: str, words: str, only: str) -> tuple[list[Row], int]:
    """Of one screen, or of all where something is looked for; and how many there would be without ``MOST_ROWS``."""
    wordings = Wordings([site], [language])
    asked = [each for each in screens() if words or only or each.slug == screen]
    found = [
        _row(wordings.state(site, language, message), each) for each in asked for message in each.messages
    ]
    wanted = [row for row in _once(found) if _matches(row, words.lower()) and _is(row.state, only)]
    return _with_seen(wanted[:MOST_ROWS], site.site_id, language), len(wanted)


def sent_rows(site: SiteSettings, language: str, sent: Mapping[str, str]) -> list[Row]:
    """Of a form: fields ``text.<key>`` and ``seen.<key>``, checked."""
    wordings = Wordings([site], [language])
    found = []
    for key, message in messages().items():
        if f"text.{key}" not in sent:
            continue
        row = _row(wordings.state(site, language, message), screen_of()[key])
        row.typed = sent[f"text.{key}"]
        row.seen = sent_id(sent.get(f"seen.{key}", "")) or 0
        row.problems = problems_of(message, normal(message, row.typed)) if row.changed else []
        found.append(row)
    return _named(found)


def show_theirs(conflicting: Iterable[Row], site_id: int, language: str) -> None:
    """Beside what was typed; saving once more replaces it."""
    for row in conflicting:
        revisions = TextRevision.objects.filter(site=site_id, language=language, key=row.key)
        row.theirs = revisions.select_related("author").order_by("-pk").first()
        row.seen = row.theirs.pk if row.theirs else 0


def _row(state: TextState, screen: Screen) -> Row:
    return Row(state, screen, inherited_from="", seen=0, typed=state.own)


def _once(found: Iterable[Row]) -> list[Row]:
    """Each text in the first screen that shows it."""
    first: dict[str, Row] = {}
    for row in found:
        first.setdefault(row.key, row)
    return list(first.values())


def _with_seen(found: list[Row], site_id: int, language: str) -> list[Row]:
    newest = newest_revisions(site_id, [language])
    for row in found:
        row.seen = newest.get((language, row.key), 0)
    return _named(found)


def _named(found: list[Row]) -> list[Row]:
    ids = {row.state.inherited_from for row in found} - {0}
    names = dict(Site.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    for row in found:
        row.inherited_from = names.get(row.state.inherited_from, "")
    return found


def _matches(row: Row, words: str) -> bool:
    state = row.state
    return any(words in text.lower() for text in (row.key, state.english, state.own, state.below))


def _is(state: TextState, only: str) -> bool:
    tests = {
        "own": bool(state.own),
        "missing": state.missing,
        "vanishing": state.vanishes,
        "stale": state.stale,
    }
    return tests.get(only, True)
