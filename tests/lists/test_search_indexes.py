"""PostgreSQL's extension for parts of names: there, or not allowed."""

import psycopg
import pytest

from tests.servers.databases import new_database, run
from tests.servers.postgres import cluster

pytestmark = pytest.mark.postgres


def test_the_indexes_are_there_after_migrate_and_may_be_asked_for_again() -> None:
    database = new_database("postgresql")
    names = {
        name for (name,) in database.rows("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")
    }

    assert {"enrollment_device_search", "enrollment_device_serial_number_prefix"} <= names
    done = run(database.url, "manage.py", "index_searches")
    assert (done.returncode, done.stdout.strip()) == (0, "The search indexes are there.")


def test_a_role_that_may_not_create_extensions_gets_a_working_database() -> None:
    url = cluster().create("plain")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE ROLE plain LOGIN PASSWORD 'plain'")
        connection.execute("GRANT CREATE ON SCHEMA public TO plain")
    plain = f"postgres://plain:plain@127.0.0.1:{cluster().port}/plain"

    done = run(plain, "manage.py", "migrate", "--verbosity=0")

    assert done.returncode == 0 and "CREATE EXTENSION pg_trgm" in done.stderr, done.stderr[-2000:]
    refused = run(plain, "manage.py", "index_searches")
    assert refused.returncode == 1 and "by their beginning only" in refused.stderr.replace("\n", " ")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
    assert run(plain, "manage.py", "index_searches").returncode == 0
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'enrollment_device'")
        names = {name for (name,) in rows.fetchall()}
    assert "enrollment_device_search" in names and "enrollment_device_name_prefix" not in names
