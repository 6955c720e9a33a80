"""/healthz and /readyz: what a load balancer asks, by address, many times a minute."""

import logging
import subprocess
from pathlib import Path

import pytest
from django.contrib.sites.models import Site
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from sites_config import probes
from tests.budgets.counting import queries
from tests.rules.start import production, run
from tests.servers.databases import new_database
from tests.servers.postgres import cluster

PROBES = ("/healthz", "/readyz")
HOSTS = ("10.0.0.7:8000", "unknown.test", "alpha.test", "evil host", "")
ASK = """
import django
django.setup()
from django.test import Client
for path in ("/healthz", "/readyz"):
    answer = Client().get(path, headers={"Host": "10.0.0.7"})
    print(path, answer.status_code, answer.content.decode())
"""


def ask(path: str, host: str = "10.0.0.7:8000", method: str = "GET") -> tuple[int, str]:
    answer = Client().generic(method, path, headers={"Host": host})
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("host", HOSTS)
def test_the_process_is_alive_whatever_the_host_and_without_a_database(host: str) -> None:
    """No mark: a query would fail the test."""
    assert ask("/healthz", host) == (200, "ok")


@pytest.mark.django_db
@pytest.mark.parametrize("host", HOSTS)
def test_it_is_ready_when_the_database_has_every_table(host: str) -> None:
    assert ask("/readyz", host) == (200, "ok")


@pytest.mark.django_db
def test_the_tables_are_looked_at_once_a_process() -> None:
    ask("/readyz")

    with queries() as sent:
        assert ask("/readyz") == (200, "ok")

    assert sent == ["SELECT 1"]


@pytest.mark.django_db
def test_it_is_not_ready_before_the_migrations() -> None:
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("enrollment", "0002_trigrams")
    assert ask("/readyz") == (503, "migrations")
    assert ask("/readyz") == (503, "migrations"), "a bad answer is not remembered"

    recorder.record_applied("enrollment", "0002_trigrams")

    assert ask("/readyz") == (200, "ok")
    recorder.record_unapplied("enrollment", "0002_trigrams")
    assert ask("/readyz") == (200, "ok"), "a good one is: a process goes with one release"
    probes.forget()
    assert ask("/readyz") == (503, "migrations")


def _asked(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return run(ASK, environment | {"DJANGO_SETTINGS_MODULE": "sites_config.settings"})


def test_without_a_database_it_lives_and_is_not_ready(tmp_path: Path) -> None:
    nowhere = {"DATABASE_URL": f"sqlite:///{tmp_path / 'no-such-folder' / 'gatehouse.sqlite3'}"}

    done = _asked(production(tmp_path) | nowhere)

    assert done.stdout.splitlines() == ["/healthz 200 ok", "/readyz 503 database"], done.stderr


@pytest.mark.postgres
def test_postgresql_that_is_away_makes_it_not_ready(tmp_path: Path) -> None:
    database = {"DATABASE_URL": new_database("postgresql").url}
    cluster().stop("fast")
    try:
        done = _asked(production(tmp_path) | database)
    finally:
        cluster().start()

    assert done.stdout.splitlines() == ["/healthz 200 ok", "/readyz 503 database"], done.stderr
    assert _asked(production(tmp_path) | database).stdout.splitlines()[-1] == "/readyz 200 ok"


@pytest.mark.django_db
@pytest.mark.parametrize("path", PROBES)
def test_nothing_else_can_be_done_there(alpha: Site, path: str) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert ask(path, "alpha.test", method)[0] == 405
    assert ask(path, "alpha.test", "HEAD")[0] == 200
    assert ask(f"{path}/", "alpha.test")[0] == 404
    assert ask(f"{path}/", "unknown.test")[0] == 421


@pytest.mark.django_db
@pytest.mark.parametrize("path", PROBES)
def test_r28_they_have_the_headers_of_every_answer(path: str) -> None:
    headers = Client().get(path, headers={"Host": "10.0.0.7"}).headers

    assert headers["Cache-Control"] == "no-store" and headers["Content-Type"] == "text/plain"
    assert headers["Content-Length"] == "2", "gunicorn would send it in chunks otherwise"
    assert headers["X-Content-Type-Options"] == "nosniff" and "Set-Cookie" not in headers


@pytest.mark.django_db
def test_the_log_holds_a_probe_only_when_something_is_wrong(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    ask("/healthz")
    ask("/readyz")
    assert caplog.messages == []

    MigrationRecorder(connection).record_unapplied("enrollment", "0002_trigrams")
    probes.forget()
    ask("/readyz")

    assert [message.split()[:2] for message in caplog.messages] == [["readyz", "503"]]
