"""The copy of a PostgreSQL database, by pg_dump; put in place in one transaction."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.db import connection, transaction
from psycopg.conninfo import make_conninfo

from enrollment.actions.backups.refused import BackupRefused

FILE = "database.pgdump"
_COPY = re.compile(rb"COPY .+ FROM stdin;\n")
_FOR_PSQL = (b"\\restrict ", b"\\unrestrict ")  # newer programs guard their scripts so


def dump(folder: Path) -> dict[str, int]:
    """Writes FILE in pg_dump's custom format; the rows of each table in it.

    Both see one snapshot, whatever is written meanwhile.
    """
    path = folder / FILE
    path.touch(mode=0o600)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        options = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}")
        _run("pg_dump", *options, f"--file={path}", f"--dbname={_server()}")
        return {table: _count(cursor, table) for table in _tables(cursor)}


@contextmanager
def loading(folder: Path) -> Iterator[None]:
    """Django's connection sees the backup inside; the end of the block commits it in place of what was there.

    An error leaves the database as it was.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            tables = ", ".join(map(connection.ops.quote_name, _tables(cursor)))
            if tables:
                cursor.execute(f"DROP TABLE {tables} CASCADE")
            _execute_script(cursor, folder / FILE)
            cursor.execute("RESET search_path")
        yield


def _execute_script(cursor: Any, path: Path) -> None:
    """pg_restore would commit by itself; its script runs in the transaction of the caller."""
    command = [
        _program("pg_restore"),
        "--no-owner",
        "--no-privileges",
        "--no-comments",
        "--file=-",
        str(path),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S603
        assert process.stdout is not None and process.stderr is not None  # noqa: S101  # both are pipes
        _execute(cursor, process.stdout)
        said = process.stderr.read().decode(errors="replace").strip()
    if process.returncode:
        raise BackupRefused(f"pg_restore can't read {path.name}: {said}")


def _execute(cursor: Any, script: IO[bytes]) -> None:
    statements: list[bytes] = []
    for line in script:
        if _COPY.fullmatch(line):
            cursor.execute(b"".join(statements))
            statements = []
            _copy(cursor, line, script)
        elif not line.startswith(_FOR_PSQL):
            statements.append(line)
    cursor.execute(b"".join(statements))


def _copy(cursor: Any, statement: bytes, script: IO[bytes]) -> None:
    with cursor.copy(statement) as rows:
        for line in script:
            if line == b"\\.\n":
                return
            rows.write(line)


def _tables(cursor: Any) -> list[str]:
    return sorted(connection.introspection.table_names(cursor))


def _count(cursor: Any, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
    return int(cursor.fetchone()[0])


def _run(program: str, *arguments: str) -> None:
    # The password in the environment: everybody on the machine sees arguments.
    environment = {**os.environ, "PGPASSWORD": connection.settings_dict["PASSWORD"]}
    command = [_program(program), "--no-password", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise BackupRefused(f"{program}: {done.stderr.strip()}")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupRefused(f"{name} is not installed: apt-get install postgresql-client")
    return found


def _server() -> str:
    own = connection.settings_dict
    options = {name: value for name, value in own["OPTIONS"].items() if name != "pool"}
    where = {"host": own["HOST"], "port": own["PORT"], "user": own["USER"], "dbname": own["NAME"]}
    return make_conninfo(**options, **{name: value for name, value in where.items() if value})
