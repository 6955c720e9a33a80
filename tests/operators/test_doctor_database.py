"""The doctor and the database: which it is, a missing migration, a missing cache table, PostgreSQL's clock."""

import json

import pytest
from django.contrib.sites.models import Site
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from tests.operators.consulted import consulted
from tests.servers.databases import new_database, run

NOWHERE = "http://alpha.test"  # nothing is asked there


@pytest.mark.django_db
def test_a_migration_that_was_not_applied_is_named(alpha: Site) -> None:
    assert consulted(NOWHERE).of("migrations")["state"] == "ok"
    MigrationRecorder(connection).record_unapplied("enrollment", "0002_trigrams")

    told = consulted(NOWHERE)

    said = told.of("migrations")
    assert (told.status, said["state"], said["todo"]) == (1, "failed", "manage.py migrate")
    assert "enrollment.0002_trigrams" in said["text"]


@pytest.mark.django_db
def test_a_missing_cache_table_is_named(alpha: Site) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE gatehouse_cache")

    told = consulted(NOWHERE)

    assert (told.status, told.of("cache")["todo"]) == (1, "manage.py createcachetable")


@pytest.mark.postgres
def test_postgresql_is_named_with_its_clock_and_without_its_password() -> None:
    url = new_database("postgresql").url

    done = run(url, "manage.py", "doctor", "--json", "--url=http://alpha.test")

    told = {(row["check"], row["subject"]): row for row in json.loads(done.stdout)["checks"]}
    said = told["database", ""]
    assert (
        said["state"] == "ok" and said["text"].startswith("PostgreSQL 1") and " at 127.0.0.1:" in said["text"]
    )
    assert told["clock", "database"] == told["clock", "database"] | {
        "state": "ok", "text": "less than 5 seconds apart",
    }  # fmt: skip
    password = url.split(":")[2].split("@")[0]
    assert password not in done.stdout + done.stderr
