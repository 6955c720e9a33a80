"""`manage.py invite`, started twice at once as by a job that overlaps itself: each invitation, each message once."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.races.at_once import at_once
from tests.servers.databases import ENGINES, Database, new_database, run

pytestmark = pytest.mark.postgres
ROWS, TIMES = 2500, 3


def invite(database: Database, *arguments: str) -> Callable[[], str]:
    def started() -> str:
        done = run(database.url, "manage.py", "invite", "--site", "alpha.test", *arguments)
        assert done.returncode == 0, done.stderr[-2000:]
        return str(done.stdout)

    return started


def numbers(said: list[str]) -> int:
    return sum(int(re.findall(r"^\d+", each)[0]) for each in said)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_file_and_its_messages(engine: str, tmp_path: Path) -> None:
    database, file = new_database(engine), tmp_path / "people.csv"
    file.write_text("email\n" + "".join(f"person{row}@school.example\n" for row in range(ROWS)))
    counted = "SELECT count(*) FROM enrollment_invitation WHERE email LIKE ?"

    made = at_once([invite(database, "--csv", str(file))] * TIMES)

    assert (numbers(made), database.value(counted, "person%")) == (ROWS, ROWS), made
    waiting = numbers([invite(database, "--send-unsent", "--dry-run")()])
    queued = at_once([invite(database, "--send-unsent")] * TIMES)
    assert numbers(queued) == waiting >= ROWS, queued
    assert database.rows(
        "SELECT state, count(*), count(DISTINCT invitation_id) FROM enrollment_delivery"
        " WHERE kind = 'invitation' AND recipient LIKE ? GROUP BY state",
        "person%",
    ) == [("waiting", ROWS, ROWS)]
