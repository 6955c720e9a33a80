"""Databases for servers that run in processes of their own: prepared once an engine, copied for each use."""

import functools
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg

from tests.servers.postgres import cluster

ROOT = Path(__file__).parent.parent.parent
ENGINES = ("sqlite", "postgresql")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Facts:
    """What the prepared database holds."""

    many: str  # token of an invitation for any number of devices
    single: Sequence[str]  # tokens of invitations for one device
    staff: dict[str, str]
    codes: Sequence[str]  # access codes in place of the first one


@dataclass(frozen=True)
class Database:
    """``rows`` runs SQL on a connection of its own, as an auditor would: SQL that both engines know, "?" for values."""

    url: str
    facts: Facts

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        if self.url.startswith("postgres"):
            with psycopg.connect(self.url) as connection:
                return list(connection.execute(sql.replace("?", "%s").encode(), values).fetchall())
        with closing(self._sqlite()) as connection:
            return list(connection.execute(sql, values).fetchall())

    def value(self, sql: str, *values: object) -> Any:
        """The one value of the one row."""
        return self.rows(sql, *values)[0][0]

    def change(self, sql: str, *values: object) -> None:
        """What no clock can be moved for in another process: times that stand in a row."""
        if self.url.startswith("postgres"):
            with psycopg.connect(self.url) as connection:
                connection.execute(sql.replace("?", "%s").encode(), values)
            return
        with closing(self._sqlite()) as connection:
            connection.execute(sql, values)
            connection.commit()

    def _sqlite(self) -> sqlite3.Connection:
        return sqlite3.connect(unquote(urlsplit(self.url).path)[1:], timeout=20)

    def statuses(self) -> dict[str, int]:
        """How many enrollments there are in each status."""
        return dict(self.rows("SELECT status, count(*) FROM enrollment_enrollment GROUP BY status"))


def environment(url: str, **others: str) -> dict[str, str]:
    """What a process needs to serve this database; the rest is what the tests run with."""
    return {**os.environ, "DATABASE_URL": url, "GATEHOUSE_HTTPS": "direct", **others}


def run(url: str, *arguments: str, seconds: int = 300) -> subprocess.CompletedProcess[str]:
    """A Python process on this database: ``run(url, "-m", "tests.servers.prepare")``."""
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment(url), capture_output=True, text=True, check=False, timeout=seconds
    )


def new_database(engine: str) -> Database:
    """A fresh copy of the prepared one."""
    template, facts = _prepared(engine)
    if engine == "postgresql":
        return Database(cluster().create(f"copy{next(_numbers)}", template=template), facts)
    return Database(_sqlite_url(_copy(template)), facts)


@functools.cache
def _prepared(engine: str) -> tuple[str, Facts]:
    """(database name or file, what is in it)."""
    name = "prepared" if engine == "postgresql" else str(_folder() / "prepared.sqlite3")
    url = cluster().create(name) if engine == "postgresql" else _sqlite_url(name)
    done = run(url, "-m", "tests.servers.prepare")
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return name, Facts(**json.loads(done.stdout))


def _copy(template: str) -> str:
    with closing(sqlite3.connect(template)) as source:
        source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = _folder() / f"copy{next(_numbers)}.sqlite3"
    shutil.copy(template, copy)
    return str(copy)


def _sqlite_url(path: str) -> str:
    return f"sqlite:///{path}"


@functools.cache
def _folder() -> Path:
    """Inside the folder that the tests' own environment removes at the end."""
    return Path(tempfile.mkdtemp(prefix="servers-", dir=os.environ["GATEHOUSE_VAR"]))
