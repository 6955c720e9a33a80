"""The same file on both engines: its cells stand in the rows as they are, and what fails late leaves nothing."""

import csv
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.servers.databases import ENGINES, Database, new_database, run

pytestmark = pytest.mark.postgres
# Each means something to COPY, to SQL, to a format string or to a program on the way.
ODD = ("\\N", "\\.", "\\", "a\\tb\\\\n", "%s %(x)s {0}", 'O\'Brien "the" Ä', "NULL", "$1", "🦒 e\u0301 علي")
# No event can be written: by then every invitation was.
NO_EVENT = {
    "postgresql": "ALTER TABLE enrollment_event ADD CONSTRAINT no_event CHECK (invitation_id IS NULL) NOT VALID",
    "sqlite": "CREATE TRIGGER no_event BEFORE INSERT ON enrollment_event WHEN NEW.invitation_id IS NOT NULL"
    " BEGIN SELECT RAISE(ABORT, 'no_event'); END",
}
EVENTS_AGAIN = {
    "postgresql": "ALTER TABLE enrollment_event DROP CONSTRAINT no_event",
    "sqlite": "DROP TRIGGER no_event",
}


def invite(database: Database, file: Path, *arguments: str) -> CompletedProcess[str]:
    return run(database.url, "manage.py", "invite", "--site", "alpha.test", "--csv", str(file), *arguments)


def counts(database: Database) -> tuple[int, int]:
    """(invitations, events)"""
    tables = ("enrollment_invitation", "enrollment_event")
    invitations, events = (database.value(f"SELECT count(*) FROM {table}") for table in tables)  # noqa: S608
    return invitations, events


@pytest.mark.parametrize("engine", ENGINES)
def test_every_cell_stands_in_its_row(engine: str, tmp_path: Path) -> None:
    database, file, links = new_database(engine), tmp_path / "people.csv", tmp_path / "links.csv"
    before = counts(database)
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([["full_name", "pin"], *([name, "0042"] for name in ODD)])

    done = invite(database, file, "--links", str(links))

    assert (done.returncode, done.stdout) == (0, f"{len(ODD)} made, 0 skipped\n"), done.stderr
    # Made and printed: two events each, at their own invitation.
    assert counts(database) == (before[0] + len(ODD), before[1] + 2 * len(ODD))
    told = database.rows(
        "SELECT i.name, i.assigned_full_name, count(DISTINCT e.kind) FROM enrollment_invitation i"
        " JOIN enrollment_event e ON e.invitation_id = i.id WHERE i.pin_encrypted IS NOT NULL"
        " GROUP BY i.id ORDER BY i.id"
    )
    assert told == [(name, name, 2) for name in ODD]
    with links.open(encoding="utf-8-sig", newline="") as written:
        assert [(row["name"], row["pin"]) for row in csv.DictReader(written)] == [(n, "0042") for n in ODD]


@pytest.mark.parametrize("engine", ENGINES)
def test_what_fails_late_leaves_nothing(engine: str, tmp_path: Path) -> None:
    database, file = new_database(engine), tmp_path / "people.csv"
    file.write_text("email\n" + "".join(f"person{row}@school.example\n" for row in range(3000)))
    before = counts(database)
    database.change(NO_EVENT[engine])

    failed = invite(database, file)

    assert failed.returncode != 0 and "django.db.utils.IntegrityError" in failed.stderr, failed.stderr[-2000:]
    assert counts(database) == before
    database.change(EVENTS_AGAIN[engine])
    assert invite(database, file).stdout == "3000 made, 0 skipped\n"
    assert counts(database) == (before[0] + 3000, before[1] + 3000)
