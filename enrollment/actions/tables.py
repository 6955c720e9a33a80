"""CSV as people's programs write it: their encodings, their delimiters, and no formula in what we write ourselves."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")
# What a spreadsheet would run; an apostrophe before it makes it a text there, and goes away when it comes back.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

ROWS_IN_A_PIECE = 500


class BadTable(Exception):
    """The text says what is wrong, with the row."""


def read_table(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every row that is not blank; commas, semicolons or tabs. Raises BadTable."""
    text = _decoded(content)
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise BadTable(f"Row {reader.line_num}: {error}.") from None


def written_table(rows: Iterable[Sequence[str]]) -> bytes:
    """With the mark by which Excel knows UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[as_text(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def streamed_table(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The same in pieces, so that a million rows never stand in memory."""
    yield codecs.BOM_UTF8
    waiting = iter(rows)
    while some := list(islice(waiting, ROWS_IN_A_PIECE)):
        out = io.StringIO(newline="")
        csv.writer(out).writerows([as_text(cell) for cell in row] for row in some)
        yield out.getvalue().encode()


def as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def from_text(cell: str) -> str:
    """What ``as_text`` was given."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _decoded(content: bytes) -> str:
    """UTF-8 with or without BOM, UTF-16 with BOM, else what Excel writes in western Europe."""
    for encoding in ENCODINGS:
        if encoding == "utf-16" and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadTable("The file's encoding is not UTF-8, UTF-16 or Windows-1252.")
