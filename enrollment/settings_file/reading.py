"""YAML bytes -> values with their lines. Only what a file of settings needs: no tags, no anchors, no key twice.

The parser's events are read, not its objects: nothing in a file can make anything but text, keys and lists.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from enrollment.settings_file.nodes import Entries, Fields, Node, Scalar
from enrollment.settings_file.run import BadFile, Problem, Source

LARGEST_FILE = 1024 * 1024  # bytes
MOST_VALUES = 50_000
DEEPEST = 12
MOST_SITES = 200  # documents
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
# The C parser is a hundred times faster and not in every build of PyYAML.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_all(sources: Iterable[Source]) -> list[tuple[Source, Node]]:
    """Every document of every file, with its file. Raises BadFile."""
    return [(source, node) for source in sources for node in read(source.content, source.name)]


def read(content: bytes, file: str) -> list[Node]:
    """One value for each document of the file. Raises BadFile."""
    if len(content) > LARGEST_FILE:
        raise BadFile([Problem(file, 1, "", f"It is larger than {LARGEST_FILE // 1024 // 1024} MB.")])
    builder = _Builder(file)
    try:
        found = list(builder.documents(yaml.parse(content, Loader=_LOADER)))
    except yaml.YAMLError as error:
        raise BadFile([_syntax(file, error)]) from None
    if not found:
        builder.wrong(1, "It is empty.")
    if builder.problems:
        raise BadFile(builder.problems)
    return found


def _syntax(file: str, error: yaml.YAMLError) -> Problem:
    """Without the line itself, which may hold a secret that somebody meant to keep out."""
    mark = getattr(error, "problem_mark", None)
    words = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "it is not YAML")
    return Problem(file, mark.line + 1 if mark else 1, "", f"This is no YAML: {words}.")


class _Builder:
    """Every node is asked for its anchor and tag before it is looked into."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._values = 0
        self.problems: list[Problem] = []

    def documents(self, events: Iterator[Any]) -> Iterator[Node]:
        for number, event in enumerate(event for event in events if isinstance(event, yaml.NodeEvent)):
            if number >= MOST_SITES:
                self._stop(event, f"It holds more than {MOST_SITES} sites.")
            yield self._node(event, events, 0, self._line(event))

    def wrong(self, line: int, text: str) -> None:
        self.problems.append(Problem(self._file, line, "", text))

    def _node(self, event: Any, events: Iterator[Any], depth: int, line: int) -> Node:
        self._check(event, depth)
        if isinstance(event, yaml.ScalarEvent):
            self._check_text(event)
            return Scalar(event.value, line, plain=event.implicit[0])
        if isinstance(event, yaml.SequenceStartEvent):
            return self._entries(events, depth, line)
        return self._fields(events, depth, line)

    def _entries(self, events: Iterator[Any], depth: int, line: int) -> Entries:
        found = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            found.append(self._node(event, events, depth + 1, self._line(event)))
        return Entries(found, line)

    def _fields(self, events: Iterator[Any], depth: int, line: int) -> Fields:
        found: dict[str, Node] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key_line = self._line(event)
            key = self._node(event, events, depth + 1, key_line)
            # A value stands at the line of its key, where somebody looks for it.
            value = self._node(next(events), events, depth + 1, key_line)
            if not isinstance(key, Scalar):
                self._stop(event, "A key has to be a word.")
            elif key.text in found:
                self.wrong(key_line, f"The key {key.text[:100]!r} is there twice.")
            else:
                found[key.text] = value
        return Fields(found, line)

    def _check(self, event: Any, depth: int) -> None:
        self._values += 1
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            self._stop(event, "Anchors (&) and aliases (*) are not taken.")
        if event.tag:
            self._stop(event, "Tags (!) are not taken.")
        if depth > DEEPEST:
            self._stop(event, f"It lies deeper than {DEEPEST} levels.")
        if self._values > MOST_VALUES:
            self._stop(event, f"It holds more than {MOST_VALUES} values.")

    def _check_text(self, event: Any) -> None:
        """Escapes can write what no database keeps."""
        if _UNSTORABLE.search(event.value):
            self.wrong(self._line(event), "It contains a character that can't be stored.")

    def _stop(self, event: Any, text: str) -> None:
        self.wrong(self._line(event), text)
        raise BadFile(self.problems)

    @staticmethod
    def _line(event: Any) -> int:
        return int(event.start_mark.line) + 1
