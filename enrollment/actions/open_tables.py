"""Tables of other programs, with columns of their own: what is known is taken, what is not is named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from enrollment.actions.tables import (
    ALSO_CALLED,
    BadFile,
    BadTable,
    below,
    check_size,
    column_called,
    decoded,
    simplified,
    table_rows,
)

GUESSED = "cp1252"
NEAR = 0.8  # of 1: so alike two names are when one was probably meant as the other
LONGEST_NAME, MOST_NAMES = 40, 20


@dataclass(frozen=True)
class OpenTable:
    """``rows``: (line, cells by column), which raises BadFile. ``ignored``: columns that were left out, as the file
    calls them; ``more_ignored``: how many others were. ``is_guessed``: nothing in the file says that its encoding is
    Windows-1252."""

    rows: Iterator[tuple[int, dict[str, str]]]
    ignored: tuple[str, ...]
    more_ignored: int
    is_guessed: bool

    @property
    def notes(self) -> list[tuple[str, str]]:
        """(label, text) of what somebody should know before they trust the rows."""
        found = []
        if self.ignored:
            named = [*self.ignored, *([f"and {self.more_ignored} more"] if self.more_ignored else [])]
            found.append(("Ignored columns", ", ".join(named)))
        if self.is_guessed:
            found.append(("Read as", "Windows-1252, as it is not UTF-8: see whether names look right"))
        return found


def open_table(content: bytes, columns: Sequence[str], *, needed: str = "") -> OpenTable:
    """``needed``: the column that has to be there. Raises BadFile, also where no column is known."""
    check_size(content)
    try:
        text, encoding = decoded(content)
        table = table_rows(text)
        names = next(table, (1, []))[1]
    except BadTable as error:
        raise BadFile(str(error)) from None
    header = _header(names, columns, needed)
    ignored = tuple(name for name, known in zip(names, header, strict=True) if name and not known)
    # What a column was probably meant to be is looked up for those that are shown, as a header may name thousands.
    shown = tuple(_named(name, header, columns) for name in ignored[:MOST_NAMES])
    return OpenTable(_below(header, table), shown, len(ignored) - len(shown), encoding == GUESSED)


def _below(
    header: Sequence[str], table: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        yield from below(header, table)
    except BadTable as error:
        raise BadFile(str(error)) from None


def _header(names: Sequence[str], columns: Sequence[str], needed: str) -> list[str]:
    """For each name its column, "" for none. A column's own name goes before what it is also called."""
    own = [name if (name := simplified(each)) in columns else "" for each in names]
    taken = {name for name in own if name}
    if len(taken) < sum(map(bool, own)):
        raise BadFile(f"Row 1 must name each column once, of: {', '.join(columns)}.")
    header = []
    for name, called in zip(own, map(column_called, names), strict=True):
        if not name and called in columns and called not in taken:
            taken.add(called)
            name = called
        header.append(name)
    if not taken or (needed and needed not in taken):
        said = ", ".join(name[:LONGEST_NAME] for name in names[:MOST_NAMES]) or "nothing"
        which = needed or f"at least one of: {', '.join(columns)}"
        raise BadFile(f"Row 1 must name columns, {which}. It has: {said}.")
    return header


def _named(name: str, header: Sequence[str], columns: Sequence[str]) -> str:
    """With the column that was probably meant, unless that one is there."""
    near = get_close_matches(simplified(name), [*columns, *ALSO_CALLED], n=1, cutoff=NEAR)
    meant = column_called(near[0]) if near else ""
    shown = name[:LONGEST_NAME]
    return f"{shown} (did you mean {meant}?)" if meant in columns and meant not in header else shown
