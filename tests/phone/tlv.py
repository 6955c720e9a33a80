"""Reading BER and DER (ITU-T X.690): a tree of elements, indefinite lengths included."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from tests.phone import ber


class BadEncoding(Exception):
    """The octets are not BER, or not the element that was expected."""


@dataclass(frozen=True)
class Node:
    """One element: identifier octet, content octets, and the whole as it stood in the message."""

    tag: int
    content: bytes
    raw: bytes

    @cached_property
    def children(self) -> tuple[Node, ...]:
        if not self.tag & ber.CONSTRUCTED:
            raise BadEncoding(f"tag {self.tag:#x} holds no elements")
        return read_all(self.content)

    def __getitem__(self, index: int) -> Node:
        if index >= len(self.children):
            raise BadEncoding(f"element {index} of tag {self.tag:#x} is missing")
        return self.children[index]

    def expect(self, tag: int) -> Node:
        if self.tag != tag:
            raise BadEncoding(f"tag {tag:#x} expected, {self.tag:#x} found")
        return self

    @property
    def octets(self) -> bytes:
        """Content of an OCTET STRING, chunks of a constructed one joined."""
        if self.tag & ber.CONSTRUCTED:
            return b"".join(child.octets for child in self.children)
        return self.content

    @property
    def integer(self) -> int:
        return int.from_bytes(self.expect(ber.INTEGER).content, "big", signed=True)

    @property
    def printable(self) -> str:
        """Text of a PrintableString; Apple's client takes no other kind in SCEP attributes."""
        return self.expect(ber.PRINTABLE_STRING).content.decode("ascii")

    @property
    def oid(self) -> str:
        octets = iter(self.expect(ber.OBJECT_IDENTIFIER).content)
        arcs, arc = [], 0
        for octet in octets:
            arc = arc << 7 | octet & 0x7F
            if not octet & 0x80:
                arcs.append(arc)
                arc = 0
        first = min(arcs[0] // 40, 2)
        return ".".join(str(arc) for arc in (first, arcs[0] - 40 * first, *arcs[1:]))


def read(data: bytes) -> Node:
    """The one element that `data` is; anything after it is an error."""
    node, end = _element(data, 0)
    if end != len(data):
        raise BadEncoding(f"{len(data) - end} octets after the end")
    return node


def read_all(data: bytes) -> tuple[Node, ...]:
    nodes, at = [], 0
    while at < len(data):
        node, at = _element(data, at)
        nodes.append(node)
    return tuple(nodes)


def _element(data: bytes, start: int) -> tuple[Node, int]:
    if len(data) < start + 2:
        raise BadEncoding("cut short")
    tag = data[start]
    if tag & 0x1F == 0x1F:
        raise BadEncoding("tag number above 30")
    if data[start + 1] == 0x80:
        return _indefinite(data, start)
    size, at = _size(data, start + 1)
    if at + size > len(data):
        raise BadEncoding("cut short")
    return Node(tag, data[at : at + size], data[start : at + size]), at + size


def _size(data: bytes, at: int) -> tuple[int, int]:
    first, at = data[at], at + 1
    if first < 0x80:
        return first, at
    octets = first & 0x7F
    return int.from_bytes(data[at : at + octets], "big"), at + octets


def _indefinite(data: bytes, start: int) -> tuple[Node, int]:
    at = start + 2
    while data[at : at + 2] != b"\0\0":
        _, at = _element(data, at)
    return Node(data[start], data[start + 2 : at], data[start : at + 2]), at + 2
