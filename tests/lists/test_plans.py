"""200,000 devices on PostgreSQL: what each list asks for is answered by an index."""

import json
import re
from typing import Any

import pytest

from tests.servers.databases import new_database, run

DEVICES = 200_000
# A list counts up to 5,000 and shows up to its hundredth page; nothing has to look at more rows than that.
MOST = 11_000
pytestmark = [pytest.mark.postgres, pytest.mark.timeout(450)]


@pytest.fixture(scope="module")
def pages() -> dict[str, dict[str, Any]]:
    done = run(new_database("postgresql").url, "-m", "tests.lists.plans", str(DEVICES), seconds=400)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_no_list_and_no_search_reads_a_table(pages: dict[str, dict[str, Any]]) -> None:
    assert len(pages) > 60
    assert {name: page["most"] for name, page in pages.items() if page["status"] != 200} == {}
    # A filter that fits every tenth row reads ten rows for each that it counts.
    read = {name: page["most"] for name, page in pages.items() if page["most"][0] > MOST}
    tenth = {name: rows for name, (rows, _where) in read.items() if "kind=" in name}
    assert all(rows < DEVICES / 3 for rows in tenth.values()), read
    # What became of a listed device no column holds: that filter goes through the devices, and through them once.
    states = {name: rows for name, (rows, _where) in read.items() if "state=" in name}
    assert all(rows <= 2 * DEVICES for rows in states.values()), read
    assert read.keys() == tenth.keys() | states.keys(), read
    by_index = {name: page for name, page in pages.items() if not re.search("kind=|state=", name)}
    whole = {name: page["whole"] for name, page in by_index.items() if page["whole"]}
    assert whole == {}


def test_a_page_asks_few_questions(pages: dict[str, dict[str, Any]]) -> None:
    _first, *others = pages  # the first one of a process reads the texts of the screens too
    assert max(pages[name]["queries"] for name in others) <= 14, {n: pages[n]["queries"] for n in others}


def test_totals_are_estimated_where_they_are_large(pages: dict[str, dict[str, Any]]) -> None:
    assert pages["root: device?"]["count"] == "about 200,000"
    assert pages["root: event?"]["count"] == "about 400,000"
    assert pages["root: device?lost=yes"]["count"] == "40"
    assert pages["head: device?"]["count"] == "5000"
    assert pages["root: device, further"]["count"].startswith(("about 19", "about 20"))  # of 195,000


def test_what_was_typed_is_found(pages: dict[str, dict[str, Any]]) -> None:
    found = {name: page["shown"] for name, page in pages.items() if name.startswith("root: device?q=")}
    assert sorted(found.values()) == [0, 1, 1, 1, 1], found
    # The same device of another site is not there for the head of a school.
    assert all(page["shown"] == 0 for name, page in pages.items() if name.startswith("head: device?q="))
