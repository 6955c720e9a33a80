"""Long lists in pieces, for whatever takes so many at a time."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """In their order; the last one may be shorter."""
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]
