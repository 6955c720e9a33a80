"""Texts on their way to translators and back: what a file has to say, and what is wrong with one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from enrollment.wording.screens import messages, screen_of
from enrollment.wording.state import TextState, Wordings
from enrollment.wording.store import store
from sites_config.models import TextSource, User
from sites_config.site_settings import SiteSettings
from sites_config.wording import Outdated, Wording, newest_revisions
from sites_config.wording_checks import normal, problems_of

LARGEST_FILE = 4 * 1024 * 1024  # bytes
MOST_PROBLEMS = 50  # named at once


@dataclass(frozen=True)
class Exported:
    """``text``: the site's own wording, else what it would show; ``own``: which of the two. ``revision``: of the own
    one, so that a file that comes back late undoes nothing."""

    key: str
    screen: str
    english: str
    text: str
    own: bool
    revision: int


@dataclass(frozen=True)
class Sent:
    """``where`` in the file, such as "line 12"; ``revision`` None where the file has none."""

    where: str
    key: str
    text: str
    revision: int | None = None


@dataclass(frozen=True)
class Difference:
    key: str
    before: str
    after: str


class BadFile(Exception):
    """``problems``: each with its place in the file."""

    def __init__(self, problems: Sequence[str]) -> None:
        more = len(problems) - MOST_PROBLEMS
        shown = [*problems[:MOST_PROBLEMS], *([f"… and {more} more."] if more > 0 else [])]
        super().__init__("\n".join(shown))
        self.problems = problems


def exported(site: SiteSettings, language: str) -> list[Exported]:
    """Every text, in the order a person meets them."""
    wordings, newest = Wordings([site], [language]), newest_revisions(site.site_id, [language])
    states = (wordings.state(site, language, message) for message in messages().values())
    return [
        Exported(
            key=state.message.key,
            screen=screen_of()[state.message.key].title,
            english=state.english,
            text=state.own or state.below,
            own=bool(state.own),
            revision=newest.get((language, state.message.key), 0),
        )
        for state in states
    ]


def differences(site: SiteSettings, language: str, sent: Iterable[Sent]) -> list[tuple[Wording, Difference]]:
    """What a file would change. Raises BadFile, with every problem there is in it."""
    wordings, problems, found = Wordings([site], [language]), list[str](), {}
    for each in sent:
        where = f"{each.where}: "
        message = messages().get(each.key)
        if message is None:
            problems.append(f"{where}there is no text {each.key[:100]!r}.")
        elif each.key in found:
            problems.append(f"{where}{each.key} stands in the file twice.")
        else:
            text = normal(message, each.text)
            problems += [f"{where}{each.key}: {problem}" for problem in problems_of(message, text)]
            found[each.key] = (each, text, wordings.state(site, language, message))
    if problems:
        raise BadFile(problems)
    return list(_changes(language, found.values()))


def apply(
    site: SiteSettings,
    changes: Sequence[tuple[Wording, Difference]],
    *,
    source: TextSource,
    author: User | None,
    now: datetime,
) -> int:
    """All or none. Raises BadFile where a text was changed since the file was made."""
    wordings = [wording for wording, _difference in changes]
    try:
        return store(site, wordings, source=source, author=author, now=now)
    except Outdated as late:
        raise BadFile(
            [f"{each.key} was changed since the file was made." for each in late.wordings]
        ) from None


def _changes(
    language: str, found: Iterable[tuple[Sent, str, TextState]]
) -> Iterator[tuple[Wording, Difference]]:
    for sent, text, state in found:
        # A file has the built-in texts too, for its translator to read; left as it was, one is no wording of the site.
        if text == state.own or (not state.own and text in ("", state.below)):
            continue
        wording = Wording(sent.key, language, text, sent.revision)
        yield wording, Difference(sent.key, state.own or state.below, text or state.below)
