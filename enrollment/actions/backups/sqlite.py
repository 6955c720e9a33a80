"""The copy of an SQLite database, by SQLite's online backup: it sees one moment, and nobody waits for it."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection

from enrollment.actions.backups.refused import BackupRefused

FILE = "database.sqlite3"


def dump(folder: Path) -> dict[str, int]:
    """Writes FILE; the rows of each table in it."""
    source, target = _own_file(), folder / FILE
    if not source.is_file():
        raise BackupRefused(f"There is no database at {source}.")
    target.touch(mode=0o600)
    with closing(sqlite3.connect(source, timeout=20)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without -wal and -shm beside it
        tables = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        names = [name for (name,) in tables if not name.startswith("sqlite_")]
        return {name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}  # noqa: S608


@contextmanager
def loading(folder: Path) -> Iterator[None]:
    """Django's connection sees a copy of the backup inside; the end of the block puts it in place at once.

    An error leaves the database as it was.
    """
    target = _own_file()
    work = target.with_name(f"{target.name}.restoring")
    _remove(work)
    try:
        work.touch(mode=0o600)
        shutil.copyfile(folder / FILE, work)
        _check(work)
        with _connected_to(work):
            yield
        target.touch(mode=0o600)
        with closing(sqlite3.connect(work)) as done, closing(sqlite3.connect(target, timeout=20)) as live:
            done.backup(live)
    finally:
        _remove(work)


@contextmanager
def _connected_to(path: Path) -> Iterator[None]:
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = path
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own


def _own_file() -> Path:
    return Path(connection.settings_dict["NAME"])


def _check(path: Path) -> None:
    with closing(sqlite3.connect(path)) as copy:
        if copy.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise BackupRefused(f"{FILE} is damaged.")


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
