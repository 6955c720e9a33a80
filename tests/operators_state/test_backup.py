"""``manage.py backup``: whole or not there, for its owner alone, and without any key."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sites.models import Site
from django.core.management import CommandError

from tests import people
from tests.operators_state.installation import empty_database, managed
from tests.operators_state.saved import manifest_of, said
from tests.servers.databases import ROOT, Database, environment, new_database

# Killed when the copy is there and the manifest is not.
DIES = """
import os, signal, sys, django
django.setup()
from django.core.management import call_command
from enrollment.actions.backups import manifest
def die(*args):
    os.kill(os.getpid(), signal.SIGKILL)
manifest.write = die
call_command("backup", sys.argv[1])
"""
# Writes as fast as it can until it is told to stop; each time both tables get a row or none.
WRITES = """
import django
django.setup()
from django.contrib.sites.models import Site
from tests import people
site = Site.objects.get(name="Alpha School")
print("ready", flush=True)
while True:
    people.invite(site)
"""


@pytest.mark.django_db(transaction=True)
def test_the_copy_is_whole_and_the_manifest_says_what_is_in_it(alpha: Site, tmp_path: Path) -> None:
    people.invite(alpha)
    told = said("backup", str(tmp_path / "backup"))

    manifest = manifest_of(tmp_path / "backup")
    assert manifest["engine"] == "sqlite" and manifest["version"]
    with closing(sqlite3.connect(tmp_path / "backup" / "database.sqlite3")) as copy:
        for table, rows in manifest["rows"].items():
            (found,) = copy.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608
            assert found == rows, table
    assert manifest["rows"]["enrollment_invitation"] == 1
    assert str(settings.FIELD_KEY_FILE) in told and "useless" in told


@pytest.mark.django_db(transaction=True)
def test_no_key_is_in_it(alpha: Site, tmp_path: Path) -> None:
    said("backup", str(tmp_path / "backup"))
    everything = b"".join(path.read_bytes() for path in (tmp_path / "backup").iterdir())
    for key in (*settings.FIELD_KEY_FILE.read_text().split(), settings.SECRET_KEY):
        assert key.encode() not in everything
    assert b"PRIVATE KEY" not in everything


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("inside", ["file", "", None])
def test_a_folder_with_something_in_it_is_refused(alpha: Site, tmp_path: Path, inside: str | None) -> None:
    folder = tmp_path / "backup"
    if inside is not None:
        folder.mkdir()
    if inside:
        (folder / inside).touch()
        with pytest.raises(CommandError, match="is there already"):
            said("backup", str(folder))
        assert [path.name for path in folder.iterdir()] == [inside]
    else:
        said("backup", str(folder))
        assert manifest_of(folder)


@pytest.mark.django_db(transaction=True)
def test_a_folder_that_cannot_be_made_is_named(alpha: Site, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no folder"):
        said("backup", str(tmp_path / "missing" / "backup"))


def test_killed_in_the_middle_it_leaves_nothing_by_that_name(tmp_path: Path) -> None:
    url = new_database("sqlite").url
    done = subprocess.run(
        [sys.executable, "-c", DIES, str(tmp_path / "backup")],
        cwd=ROOT, env=environment(url), capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    (left,) = tmp_path.iterdir()
    assert left.name.startswith("backup.partial-")

    again = subprocess.run(
        [sys.executable, "manage.py", "backup", str(tmp_path / "backup")],
        cwd=ROOT, env=environment(url), capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert manifest_of(tmp_path / "backup")


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_copy_made_beside_writers_is_of_one_moment(engine: str, tmp_path: Path) -> None:
    """Each invitation is committed with its event: there are as many of one as of the other, and as the manifest says,
    or the restore would refuse it."""
    database = new_database(engine)
    counted = ("enrollment_event", "enrollment_invitation")
    events, invitations = (database.value(f"SELECT count(*) FROM {table}") for table in counted)  # noqa: S608
    command = [sys.executable, "-c", WRITES]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(database.url), stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None and writer.stdout.readline() == "ready\n"
        done = subprocess.run(
            [sys.executable, "manage.py", "backup", str(tmp_path / "backup")],
            cwd=ROOT, env=environment(database.url), capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        os.kill(writer.pid, signal.SIGTERM)
    assert done.returncode == 0, done.stderr
    rows = manifest_of(tmp_path / "backup")["rows"]
    assert rows["enrollment_invitation"] - invitations == rows["enrollment_event"] - events
    assert rows["enrollment_invitation"] > 25
    assert database.value("SELECT count(*) FROM enrollment_invitation") > rows["enrollment_invitation"]
    url = empty_database(engine, tmp_path)
    managed(url, "restore", str(tmp_path / "backup"))
    assert (
        Database(url, database.facts).value("SELECT count(*) FROM enrollment_invitation")
        == (rows["enrollment_invitation"])
    )
