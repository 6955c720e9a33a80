"""CSV: whatever stands in our files comes back as it was, and no spreadsheet takes it for a formula."""

import csv
import io

from hypothesis import example, given
from hypothesis import strategies as st

from enrollment.actions.open_tables import open_table
from enrollment.actions.tables import streamed_table, written_table

COLUMNS = ("name", "note")
# What a form lets somebody type, and what spreadsheets look at.
LETTERS = st.characters(exclude_categories=("C", "Z")) | st.sampled_from(list(" =+-@'\"`,;\t|＝＠"))
CELLS = st.text(LETTERS, max_size=12).map(str.strip)
ROWS = st.lists(st.tuples(CELLS, CELLS).filter(any), min_size=1, max_size=5)


@given(ROWS)
@example([("'=1", "''-")])
def test_what_is_written_is_read_again(rows: list[tuple[str, str]]) -> None:
    read = [
        tuple(cells.values()) for _line, cells in open_table(written_table([COLUMNS, *rows]), COLUMNS).rows
    ]

    assert read == rows


@given(ROWS)
def test_no_cell_is_a_formula(rows: list[tuple[str, str]]) -> None:
    content = b"".join(streamed_table(rows))
    cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")) for cell in row]

    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＠"))]
    assert content == written_table(rows)
