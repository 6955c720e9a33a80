"""Two machines: the one that is backed up, and the empty one where the backup is put in place."""

import os
import subprocess
from itertools import count
from pathlib import Path

from tests.servers.databases import run
from tests.servers.postgres import cluster

_numbers = count(1)


def empty_database(engine: str, folder: Path) -> str:
    """The URL of a database without tables: a file that is not there yet, or what createdb makes."""
    number = next(_numbers)
    if engine == "postgresql":
        return cluster().create(f"empty{os.getpid()}x{number}")
    return f"sqlite:///{folder / f'empty{number}.sqlite3'}"


def manage(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(url, "manage.py", *arguments)


def managed(url: str, *arguments: str) -> str:
    """What the command said; it must succeed."""
    done = manage(url, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(url: str, *arguments: str) -> str:
    """Why the command failed."""
    done = manage(url, *arguments)
    assert done.returncode == 1, done.stdout
    assert done.stderr.startswith("CommandError: "), done.stderr
    return done.stderr
