"""Texts as CSV: one row a text, one file a language."""

from collections.abc import Iterable, Iterator

from enrollment.actions.tables import BadTable, from_text, read_table, written_table
from enrollment.wording.exchange import BadFile, Exported, Sent
from sites_config.http import sent_id

COLUMNS = ("key", "screen", "english", "text", "own", "revision")
NEEDED = ("key", "text")


def write(texts: Iterable[Exported]) -> bytes:
    rows = (
        (each.key, each.screen, each.english, each.text, "yes" if each.own else "", str(each.revision))
        for each in texts
    )
    return written_table([COLUMNS, *rows])


def read(content: bytes) -> list[Sent]:
    """Needs a row of column names with ``key`` and ``text``. Raises BadFile."""
    try:
        return list(_read(content))
    except BadTable as error:
        raise BadFile([str(error)]) from None


def _read(content: bytes) -> Iterator[Sent]:
    table = read_table(content)
    header = [name.lower() for name in next(table, (1, []))[1]]
    if any(name not in header for name in NEEDED) or len(set(header)) != len(header):
        raise BadFile([f"line 1: it has to name the columns {' and '.join(NEEDED)}, each once."])
    for line, cells in table:
        row = {name: from_text(cell) for name, cell in zip(header, cells, strict=False)}
        if "text" not in row:
            raise BadFile([f"line {line}: it has no cell for the text."])
        yield Sent(f"line {line}", row["key"], row["text"], sent_id(row.get("revision", "")))
