"""R16: two gunicorn processes, forty simulated iPhones at once on SQLite: no 5xx, and none lost."""

from concurrent.futures import ThreadPoolExecutor

from django.conf import settings

from sites_config.environment import database
from tests.servers.databases import run
from tests.servers.gunicorn import Gunicorn

PHONES = 40  # twenty for each process


def test_r16_forty_iphones_at_once_all_enroll(sqlite_server: Gunicorn) -> None:
    stored = sqlite_server.database
    address = sqlite_server.url(f"/i/{stored.facts.many}")
    with ThreadPoolExecutor(PHONES) as threads:
        done = list(threads.map(lambda _number: sqlite_server.phone().enroll(address), range(PHONES)))

    assert {enrollment.page.h1 for enrollment in done if enrollment.page} == {"Enrollment complete"}
    assert len({enrollment.certificate for enrollment in done}) == PHONES
    assert stored.statuses() == {"enrolled": PHONES}
    assert stored.value("SELECT count(*) FROM enrollment_device") == PHONES
    assert stored.value("SELECT count(*) FROM enrollment_command WHERE state = 'acknowledged'") == 3 * PHONES
    assert set(sqlite_server.answered()) == {200, 303}
    assert stored.value("PRAGMA journal_mode") == "wal"


def test_r16_sqlite_is_set_up_for_many_writers() -> None:
    options = database("sqlite:////var/lib/gatehouse/gatehouse.sqlite3")["OPTIONS"]
    assert (options["transaction_mode"], options["timeout"]) == ("IMMEDIATE", 20)
    assert options["init_command"] == "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    assert not settings.DATABASES["default"].get("ATOMIC_REQUESTS")
    assert ":memory:" not in str(settings.DATABASES["default"]["NAME"])


def test_r16_loading_the_application_opens_no_database() -> None:
    """Gunicorn loads it before it forks, and a connection that two processes share is none."""
    load = "from sites_config.wsgi import application; from django.db import connection as c; print(c.connection)"
    for url in ("sqlite:////nowhere/at/all.sqlite3", "postgres://nobody@127.0.0.1:9/nothing"):
        done = run(url, "-c", load)
        assert (done.returncode, done.stdout.strip()) == (0, "None"), done.stderr
