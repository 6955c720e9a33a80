"""One run over files: what is wrong, what changes, what waits until it is stored."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.contrib.admin.models import ADDITION, CHANGE, DELETION
from django.contrib.sites.models import Site
from django.core.exceptions import ValidationError
from django.db.models import Model

from enrollment.settings_file.nodes import Node, Wrong, fields, unknown
from sites_config.models import User

__all__ = ["ADDITION", "CHANGE", "DELETION", "BadFile", "Change", "Problem", "Run", "Source", "Touched"]

MOST_PROBLEMS = 100  # named at once


@dataclass(frozen=True)
class Source:
    """``name`` as it is shown; ``folder``: where files that it names are looked for."""

    name: str
    folder: Path
    content: bytes = b""


@dataclass(frozen=True, order=True)
class Problem:
    file: str
    line: int
    key: str
    text: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (f"{self.file}:{self.line}", self.key, self.text)))


class BadFile(Exception):
    """``problems``: everything that is wrong, in the order of the lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = sorted(set(problems))
        more = len(self.problems) - MOST_PROBLEMS
        shown = [*map(str, self.problems[:MOST_PROBLEMS]), *([f"… and {more} more."] if more > 0 else [])]
        super().__init__("\n".join(shown))


@dataclass(frozen=True)
class Change:
    """``before`` and ``after`` in words; both "" where it is a secret, of which only the key is told."""

    key: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Touched:
    """A row for its history: what became of it, and which keys are another now."""

    row: Model
    number: object
    what: int
    keys: tuple[str, ...]


@dataclass
class Run:
    """Of one site. ``folder``: where files that the file names are looked for. ``secrets_of``: the site whose stored
    secrets {keep: true} means, another one while a site is copied. ``kept``: what stays although the file doesn't say
    it. ``later``: what may take its time, after everything is stored; each says what came of it."""

    site: Site
    file: str
    folder: Path
    now: datetime
    secrets_of: Site
    prune: bool = False
    author: User | None = None
    problems: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    touched: list[Touched] = field(default_factory=list)
    later: list[Callable[[], str]] = field(default_factory=list)

    def wrong(self, line: int, key: str, text: str) -> None:
        self.problems.append(Problem(self.file, line, key, text))

    @contextmanager
    def within(self, key: str) -> Iterator[None]:
        """What is wrong below this key is noted, and the rest goes on."""
        try:
            yield
        except Wrong as error:
            self.wrong(error.line, ".".join(filter(None, (key, error.key))), str(error))

    def fields(self, node: Node, key: str, known: Iterable[str]) -> dict[str, Node]:
        """Those that are known; every other one is noted. Raises Wrong where there can't be any."""
        nodes, names = fields(node), list(known)
        for error in unknown(nodes, names):
            self.wrong(error.line, f"{key}.{error.key}", str(error))
        return {name: nodes[name] for name in nodes if name in names}

    def valid(
        self,
        row: Model,
        key: str,
        line: int,
        nodes: Mapping[str, Node],
        places: Mapping[str, str] | None = None,
    ) -> bool:
        """What the row itself says of its values, each at the line of its key. ``places``: keys of columns that stand
        elsewhere."""
        try:
            row.full_clean()
        except ValidationError as error:
            noted = {problem.key for problem in self.problems}
            unclear = any(each.startswith(f"{key}.") for each in noted)
            for name, messages in error.message_dict.items():
                own = (places or {}).get(name, key if name == "__all__" else f"{key}.{name}")
                at = nodes[name].line if name in nodes else line
                # What is said already would follow from itself, and what is missing perhaps from a key's wrong name.
                if own not in noted and not (unclear and name not in nodes):
                    self.wrong(at, own, " ".join(messages))
            return False
        return True

    def drop(self, row: Model, key: str, *, was: str = "there") -> None:
        """A row that the file does not name: kept, or with ``prune`` removed. ``was``: it, in words."""
        if not self.prune:
            self.kept.append(key)
            return
        self.touch(row, DELETION)
        self.changes.append(Change(key, was, "removed"))
        row.delete()

    def touch(self, row: Model, what: int, *keys: str) -> None:
        """For the row's history; its number is gone once it is deleted."""
        self.touched.append(Touched(row, row.pk, what, keys))
