"""DATABASE_URL on PostgreSQL: migrations, whole journeys, and a restart of the database under the pages."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.databases import new_database, run
from tests.servers.gunicorn import Gunicorn
from tests.servers.postgres import BINARIES, PostgresMissing, binaries, cluster

RESTARTS = ("fast", "immediate", "fast")
pytestmark = pytest.mark.postgres


def test_an_invited_person_enrolls(postgres_server: Gunicorn) -> None:
    phone = postgres_server.phone(udid="00008101-000A1B2C3D4E001E", serial="F2LX1234ABCD")
    done = phone.enroll(postgres_server.url(f"/i/{postgres_server.database.facts.many}"))
    assert done.page is not None and done.page.h1 == "Enrollment complete"
    device = "SELECT serial_number FROM enrollment_device WHERE udid = '00008101-000A1B2C3D4E001E'"
    assert postgres_server.database.value(device) == "F2LX1234ABCD"
    assert set(postgres_server.answered()) == {200, 303}


def test_staff_log_in_and_enroll(postgres_server: Gunicorn) -> None:
    done = postgres_server.phone(family="iPad").enroll(
        postgres_server.url("/enroll/"), postgres_server.database.facts.staff
    )
    assert done.page is not None and done.page.h1 == "Enrollment complete"


def test_a_device_whose_words_fill_every_column_is_taken(postgres_server: Gunicorn) -> None:
    """PostgreSQL refuses a text that is longer than its column, which SQLite keeps."""
    phone = postgres_server.phone()
    phone.hardware.name = "\U0001f600" * 5000
    done = phone.enroll(postgres_server.url(f"/i/{postgres_server.database.facts.many}"))
    assert ("DeviceInformation", "Acknowledged") in done.commands


@pytest.mark.parametrize(
    "path",
    ["/scep/%00?operation=GetCACert", "/enroll/%00/", "/enroll/%00/status", "/i/%00", "/p/%00.mobileconfig"],
)
def test_a_nul_in_an_address_is_not_found(postgres_server: Gunicorn, path: str) -> None:
    """No text of PostgreSQL can hold one."""
    assert postgres_server.get(path) in (403, 404)


def test_every_migration_is_applied_and_none_is_missing() -> None:
    url = new_database("postgresql").url
    assert run(url, "manage.py", "migrate", "--check").returncode == 0
    missing = run(url, "manage.py", "makemigrations", "--check", "--dry-run")
    assert missing.returncode == 0, missing.stdout


def test_the_constraints_that_decide_races_are_in_the_database() -> None:
    rows = new_database("postgresql").rows("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")
    assert {
        "one_unrevoked_certificate_per_enrollment",
        "one_enrollment_per_browser_key",
        "one_device_per_site_and_udid",
        "one_issuing_authority_per_site",
        "challenge_once",
        "certificate_fingerprint_once",
    } <= {name for (name,) in rows}


def test_an_overspent_invitation_is_refused_by_the_database() -> None:
    database = new_database("postgresql")
    with pytest.raises(Exception, match="invitation_not_overspent"):
        database.change("UPDATE enrollment_invitation SET uses_spent = 2 WHERE max_uses = 1")


def test_a_restart_of_the_database_costs_no_page(postgres_server: Gunicorn) -> None:
    """The pool checks what it hands out, and a GET that lost its connection is asked once more."""
    for mode in RESTARTS:
        with visitors(postgres_server) as seen:
            cluster().stop(mode)
            cluster().start()
        assert set(seen) == {200}, (mode, seen)
        assert seen[200] >= 8  # every one of them before and after


@contextmanager
def visitors(server: Gunicorn, count: int = 4) -> Iterator[Counter[int]]:
    """People who open the invitation again and again; the statuses they saw, from before to after."""
    seen: Counter[int] = Counter()
    over, begun = threading.Event(), threading.Barrier(count + 1)

    def visit() -> None:
        seen[server.get(f"/i/{server.database.facts.many}")] += 1
        begun.wait(30)
        while not over.is_set():
            seen[server.get(f"/i/{server.database.facts.many}")] += 1

    threads = [threading.Thread(target=visit) for _ in range(count)]
    for thread in threads:
        thread.start()
    begun.wait(30)
    try:
        yield seen
        for _ in range(2):
            assert server.get("/enroll/") == 200
    finally:
        over.set()
        for thread in threads:
            thread.join(30)


def test_without_postgresql_these_tests_fail(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tests.servers.postgres.BINARIES", tmp_path)
    with pytest.raises(PostgresMissing, match=r"\.ci/packages test"):
        binaries()
    assert BINARIES.is_dir()
