"""The database: which it is, its tables, the table of the cache."""

import sqlite3
from collections.abc import Iterator

from django.conf import settings
from django.db import Error, connection

from enrollment.doctor.finding import Asked, Finding, State
from sites_config.migrated import unapplied


def reachable(_asked: Asked) -> Iterator[Finding]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        todo = "look at DATABASE_URL, and whether the database runs"
        yield Finding(State.FAILED, f"{_where()} does not answer: {first}", todo=todo)
        return
    trial = connection.vendor == "sqlite" and not settings.DEMO
    todo = "SQLite is for trial: use PostgreSQL for real devices" if trial else ""
    yield Finding(State.WARNING if trial else State.OK, f"{_version()}, {_where()}", todo=todo)


def migrations(_asked: Asked) -> Iterator[Finding]:
    missing = unapplied()
    if missing:
        text = f"not applied: {', '.join(missing[:5])}{' and more' if len(missing) > 5 else ''}"
        yield Finding(State.FAILED, text, todo="manage.py migrate")
    else:
        yield Finding(State.OK, "all applied")


def cache_table(_asked: Asked) -> Iterator[Finding]:
    """Rate limits are counted there; without it nobody can log in."""
    name = settings.CACHES["default"]["LOCATION"]
    if name in connection.introspection.table_names():
        yield Finding(State.OK, f"{name} is there")
    else:
        yield Finding(State.FAILED, f"there is no table {name}", todo="manage.py createcachetable")


def _version() -> str:
    if connection.vendor != "postgresql":
        return f"SQLite {sqlite3.sqlite_version}"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"


def _where() -> str:
    """Never the user or the password."""
    entry = connection.settings_dict
    if connection.vendor == "sqlite":
        return str(entry["NAME"])
    return f"{entry['NAME']} at {entry['HOST'] or 'the local socket'}:{entry['PORT'] or 5432}"
