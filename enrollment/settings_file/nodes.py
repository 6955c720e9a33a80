"""What stands in a file, each value with its line; nothing is guessed of a value before it is known what it is for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

NULLS = ("", "~", "null", "Null", "NULL")
TRUE, FALSE = ("true", "True", "yes", "Yes", "on"), ("false", "False", "no", "No", "off")


class Wrong(Exception):
    """What is wrong with a value, at its line. ``key``: what below the value it is, "" for the value itself."""

    def __init__(self, node: "Node", text: str, key: str = "") -> None:
        super().__init__(text)
        self.line, self.key = node.line, key


@dataclass(frozen=True)
class Scalar:
    """``plain``: without quotes, so that true, 5 and null may mean something else than text."""

    text: str
    line: int = 0
    plain: bool = False

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in NULLS


@dataclass(frozen=True)
class Fields:
    of: "dict[str, Node]"
    line: int = 0


@dataclass(frozen=True)
class Entries:
    of: "list[Node]"
    line: int = 0


Node = Scalar | Fields | Entries


def fields(node: Node) -> "dict[str, Node]":
    """By key; null has none. Raises Wrong."""
    if isinstance(node, Scalar) and node.is_null:
        return {}
    if not isinstance(node, Fields):
        raise Wrong(node, "Keys with values are needed here.")
    return node.of


def unknown(nodes: "Mapping[str, Node]", known: Iterable[str]) -> "Iterator[Wrong]":
    """What is wrong with each key that is not among ``known``."""
    names = list(known)
    for key in nodes.keys() - set(names):
        yield Wrong(nodes[key], f"There is no such key.{meant(key, names)}", key)


def entries(node: Node) -> "list[Node]":
    """Raises Wrong. null has none."""
    if isinstance(node, Scalar) and node.is_null:
        return []
    if not isinstance(node, Entries):
        raise Wrong(node, "A list is needed here.")
    return node.of


def text_of(node: Node) -> str:
    """As it was written, whatever it looks like: yes and 007 are texts too. "" for null. Raises Wrong."""
    if not isinstance(node, Scalar):
        raise Wrong(node, "A text is needed here.")
    return "" if node.is_null else node.text


def meant(key: str, known: Iterable[str]) -> str:
    """A second sentence, or nothing."""
    found = get_close_matches(key[:100], list(known), n=1)
    return f" Did you mean {found[0]}?" if found else ""


def as_node(data: Any) -> Node:
    """Of what ``exported`` gives, without lines."""
    if isinstance(data, Mapping):
        return Fields({str(key): as_node(value) for key, value in data.items()})
    if isinstance(data, list):
        return Entries([as_node(value) for value in data])
    if isinstance(data, str):
        return Scalar(data)
    if data is None or isinstance(data, bool):
        return Scalar("null" if data is None else str(data).lower(), plain=True)
    return Scalar(str(data), plain=True)
