"""Restoring on both engines: killed in the middle, over a database in use, from an older version; and people there."""

import json
from pathlib import Path

import pytest

from tests.operators_state.installation import empty_database, managed, refused
from tests.servers.databases import Database, new_database, run
from tests.servers.fixtures import POSTGRESQL

SIGKILL = -9
# The process dies when everything is loaded and nothing has ended yet.
DIES = """
import os, signal, sys, django
django.setup()
from django.core.management import call_command
from enrollment.actions.backups import restore
def die(**options):
    os.kill(os.getpid(), signal.SIGKILL)
restore.end_everything = die
call_command("restore", sys.argv[1], "--replace", restore.database_name())
"""
# Ana's enrollment, in a database of which nothing is known but its URL.
ANA = """
import django
django.setup()
from django.contrib.sites.models import Site
from enrollment.models import Device, Enrollment, Event
from tests import people
from tests.visitor import person_at
visitor, phone = person_at("enrolled", people.invite(Site.objects.get(name="Alpha School"))[1])
names = {"assigned_user_name": "ána", "assigned_full_name": "Ána Alvarez", "assigned_email": "ana@alpha.example"}
Enrollment.objects.update(answers={"search": {"text": "ÁNA"}}, claimed={"device_name": "x"}, **names)
Device.objects.update(name="Ána Alvarez's iPad", **names)
"""
LEFT = """
import django
django.setup()
from tests.rules.tables import dump
print(repr(dump()).lower().count("alvarez"), repr(dump()).lower().count("ána"), repr(dump()).lower().count("\\\\xe1na"))
"""


@pytest.fixture(params=["sqlite", POSTGRESQL])
def database(request: pytest.FixtureRequest) -> Database:
    return new_database(request.param)


def name_of(url: str) -> str:
    return url.rsplit("/", 1)[1]


def test_killed_in_the_middle_the_database_is_as_it_was(database: Database, tmp_path: Path) -> None:
    folder = str(tmp_path / "backup")
    managed(database.url, "backup", folder)
    database.change("UPDATE enrollment_invitation SET name = 'since' WHERE name = 'Many'")
    many = "SELECT count(*) FROM enrollment_invitation WHERE name = 'since' AND revoked_at IS NULL"

    assert run(database.url, "-c", DIES, folder).returncode == SIGKILL
    assert database.value(many) == 1

    said = managed(database.url, "restore", folder, "--replace", name_of(database.url))
    assert "25 invitations revoked" in said
    assert database.value(many) == 0


@pytest.mark.postgres
def test_an_empty_database_that_was_migrated_is_empty(tmp_path: Path) -> None:
    """On one engine: what counts its rows is the same on both."""
    database = new_database("postgresql")
    managed(database.url, "backup", str(tmp_path / "backup"))
    url = empty_database("postgresql", tmp_path)
    managed(url, "migrate")
    managed(url, "createcachetable")

    managed(url, "restore", str(tmp_path / "backup"))

    assert Database(url, database.facts).value("SELECT count(*) FROM enrollment_invitation") == 25
    assert "is not empty" in refused(url, "restore", str(tmp_path / "backup"))


def test_nothing_of_the_replaced_database_is_left(database: Database, tmp_path: Path) -> None:
    managed(database.url, "backup", str(tmp_path / "backup"))
    database.change("CREATE TABLE of_a_later_version (id integer)")
    managed(database.url, "restore", str(tmp_path / "backup"), "--replace", name_of(database.url))
    assert (
        json.loads((tmp_path / "backup" / "manifest.json").read_text())["rows"]["enrollment_invitation"] == 25
    )
    managed(database.url, "backup", str(tmp_path / "again"))
    tables = json.loads((tmp_path / "again" / "manifest.json").read_text())["rows"]
    assert "of_a_later_version" not in tables and tables["sites_config_restoration"] == 1


def test_a_backup_of_an_older_version_is_migrated(database: Database, tmp_path: Path) -> None:
    """Here the version before the last migration of allauth's second factors."""
    managed(database.url, "migrate", "mfa", "0002")
    managed(database.url, "backup", str(tmp_path / "older"))

    said = managed(database.url, "restore", str(tmp_path / "older"), "--replace", name_of(database.url))

    assert "migrated it to this version" in said
    applied = "SELECT count(*) FROM django_migrations WHERE app = 'mfa' AND name >= '0003'"
    assert database.value(applied) == 1


def test_a_person_is_exported_and_forgotten(database: Database) -> None:
    done = run(database.url, "-c", ANA)
    assert done.returncode == 0, done.stderr
    who = ("--site", "alpha.test", "ana@alpha.example")
    told = json.loads(managed(database.url, "export_person", *who))
    assert [each["name"] for each in told["devices"]] == ["Ána Alvarez's iPad"]

    managed(database.url, "forget_person", *who, "--yes")

    left = run(database.url, "-c", LEFT)
    assert left.stdout.split() == ["0", "0", "0"], left.stdout + left.stderr


def test_purging_finds_nothing_in_a_fresh_database(database: Database) -> None:
    said = managed(database.url, "purge")
    assert all(line.startswith("0 ") for line in said.splitlines()), said
