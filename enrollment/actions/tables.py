"""CSV as people's programs write it: their encodings, their delimiters, and no formula in what we write ourselves."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")
# What a spreadsheet would run, wide letters in East Asia included; an apostrophe before it makes it a text there, and
# goes away when it comes back.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
MAX_ROWS = 100_000
MAX_BYTES = 12 * 1024 * 1024
SHOWN_PROBLEMS = 50
# What people's programs call columns, as ``simplified``.
ALSO_CALLED = {
    "username": "user_name",
    "mail": "email",
    "e_mail": "email",
    "email_address": "email",
    "emailaddress": "email",
    "fullname": "full_name",
    "display_name": "full_name",
    "displayname": "full_name",
    "serial": "serial_number",
    "serial_no": "serial_number",
    "serialnumber": "serial_number",
    "mobile": "phone",
    "mobile_number": "phone",
    "phone_number": "phone",
}

ROWS_IN_A_PIECE = 500


class BadTable(Exception):
    """The text says what is wrong, with the row."""


class BadFile(Exception):
    """``problems``: one sentence each, with the row as a spreadsheet numbers it."""

    def __init__(self, *problems: str) -> None:
        more = len(problems) - SHOWN_PROBLEMS
        shown = [*problems[:SHOWN_PROBLEMS], *([f"… and {more} more."] if more > 0 else [])]
        super().__init__("\n".join(shown))
        self.problems = problems


def read_table(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every row that is not blank; commas, semicolons or tabs. Raises BadTable."""
    return table_rows(decoded(content)[0])


def table_rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The same of text."""
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise BadTable(f"Row {reader.line_num}: {error}.") from None


def check_size(content: bytes) -> None:
    """Raises BadFile for what is no such file anyway."""
    if len(content) > MAX_BYTES:
        raise BadFile(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.")
    if content[:4] == b"PK\x03\x04":
        raise BadFile("This is an Excel workbook: save it as CSV, then import that.")


def below(
    header: Sequence[str], table: Iterable[tuple[int, list[str]]]
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows under those names; what stands in a column named "" is left out. Raises BadFile."""
    blank = {name: "" for name in header if name}
    for count, (line, cells) in enumerate(table):
        if len(cells) > len(header):
            raise BadFile(f"Row {line}: it has more cells than row 1.")
        if count >= MAX_ROWS:
            raise BadFile(f"There are more than {MAX_ROWS} rows.")
        given = zip(header, map(from_text, cells), strict=False)
        yield line, blank | {name: cell for name, cell in given if name}


def simplified(name: str) -> str:
    """“E-Mail” is email, “Full name” is full_name."""
    return name.strip().lower().replace("-", "").replace(" ", "_")


def column_called(name: str) -> str:
    """As people name it: “E-Mail”, “Full name”, “Username”, “Serial Number”."""
    plain = simplified(name)
    return ALSO_CALLED.get(plain, plain)


def unprintable(cells: Mapping[str, str]) -> bool:
    """Whether a cell has a line break, or another character that no form would let somebody type."""
    return any(not each.isprintable() for each in cells.values())


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
    return f"'{cell}" if _FORMULA.match(cell) else cell


def from_text(cell: str) -> str:
    """What ``as_text`` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def decoded(content: bytes) -> tuple[str, str]:
    """(text, encoding): UTF-8 with or without BOM, UTF-16 with BOM, else what Excel writes in western Europe, which is
    a guess. Raises BadTable."""
    for encoding in ENCODINGS:
        if encoding == "utf-16" and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise BadTable("The file's encoding is not UTF-8, UTF-16 or Windows-1252.")
