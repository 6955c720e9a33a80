"""Backup, a day of work, and the machine is lost: the backup on an empty one, where nothing spent or revoked works."""

import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.iphone import IPhone
from tests.live import TestAuthority
from tests.operators_state.installation import empty_database, managed
from tests.phone.errors import PhoneError
from tests.servers.databases import Database, new_database, run
from tests.servers.fixtures import POSTGRESQL
from tests.servers.gunicorn import Gunicorn

pytestmark = pytest.mark.timeout(300)  # the first one waits for a whole day

# Alice is logged in to the administration.
LOG_IN = """
import django
django.setup()
from sites_config.models import User
from sites_config.sessions import SessionStore
session = SessionStore()
session["_auth_user_id"] = str(User.objects.get(username="alice").pk)
session.save()
"""
REVOKE = """
import sys, django
django.setup()
from django.utils import timezone
from enrollment.actions.invitations import revoke
from enrollment.models import Invitation
revoke(Invitation.objects.get(name=sys.argv[1]), actor=None, now=timezone.now())
"""
INVITE = """
import django
django.setup()
from django.contrib.sites.models import Site
from tests import people
print(people.invite(Site.objects.get(name="Alpha School"))[1])
"""


@dataclass
class Story:
    """Phones by what became of them, and what the commands said."""

    server: Gunicorn
    backup: Path
    phones: dict[str, IPhone] = field(default_factory=dict)
    said: str = ""

    def token(self, number: int) -> str:
        return f"/i/{self.server.database.facts.single[number]}"

    def waiting(self, number: int) -> IPhone:
        """Its profile is issued and on the phone; nothing is installed yet."""
        phone = self.server.phone()
        phone.open(self.server.url(self.token(number)))
        phone.journey.to_management_profile({})
        return phone


@pytest.fixture(scope="module", params=["sqlite", POSTGRESQL])
def story(
    request: pytest.FixtureRequest, tls: TestAuthority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp(f"story-{request.param}")
    with Gunicorn(new_database(request.param), tls, folder / "log") as server:
        told = Story(server, folder / "backup")
        _before(told)
        managed(server.database.url, "backup", str(told.backup))
        _after(told)
        server.stop()
        url = empty_database(request.param, folder)
        told.said = managed(url, "restore", str(told.backup))
        server.database = Database(url, server.database.facts)
        server.start()
        yield told


def _before(story: Story) -> None:
    story.phones["old"] = story.server.phone(serial="OLDPHONE")
    story.phones["old"].enroll(story.server.url(story.token(0)))
    assert run(story.server.database.url, "-c", LOG_IN).returncode == 0
    story.phones["waiting"] = story.waiting(1)
    story.phones["installing"] = story.waiting(4)
    story.phones["installing"].install()


def _after(story: Story) -> None:
    story.phones["new"] = story.server.phone(serial="NEWPHONE")
    story.phones["new"].enroll(story.server.url(story.token(2)))
    done = run(story.server.database.url, "-c", REVOKE, "Single 3")
    assert done.returncode == 0, done.stderr
    assert story.phones["old"].idle_until_done() == []


def test_a_device_enrolled_before_still_checks_in(story: Story) -> None:
    seen = "SELECT last_seen_at FROM enrollment_device WHERE serial_number = 'OLDPHONE'"
    before = story.server.database.value(seen)
    phone = story.phones["old"]

    assert phone.idle_until_done() == []
    phone.token_update()

    assert story.server.database.value(seen) > before
    serials = "SELECT serial_number FROM enrollment_device ORDER BY serial_number"
    assert story.server.database.rows(serials) == [("OLDPHONE",)]


@pytest.mark.parametrize("number", [0, 1, 2, 3, 5])
def test_no_invitation_of_before_works(story: Story, number: int) -> None:
    """Spent before, held by an attempt, spent since, revoked since, never used."""
    phone = story.server.phone()
    page = phone.open(story.server.url(story.token(number)))
    assert not page.main_forms, page.describe()
    with pytest.raises(PhoneError):
        phone.enroll(story.server.url(story.token(number)))


def test_a_new_invitation_works(story: Story) -> None:
    made = run(story.server.database.url, "-c", INVITE)
    assert made.returncode == 0, made.stderr
    done = story.server.phone(serial="AFTERWARDS").enroll(story.server.url(f"/i/{made.stdout.strip()}"))
    assert done.page is not None and done.page.h1 == "Enrollment complete"


def test_a_profile_on_its_way_leads_nowhere(story: Story) -> None:
    waiting, installing = story.phones["waiting"], story.phones["installing"]
    paths = {urlsplit(request.url).path for request, _answer in waiting.network.exchanges}
    (profile,) = {path for path in paths if path.startswith("/p/")}
    assert story.server.get(profile) in (403, 404, 410)
    with pytest.raises(PhoneError):
        installing.obtain_certificate()
    statuses = story.server.database.rows(
        "SELECT status, count(*) FROM enrollment_enrollment WHERE status <> 'enrolled' GROUP BY status"
    )
    assert statuses == [("expired", 2)]


def test_a_device_enrolled_since_is_refused_and_listed(story: Story) -> None:
    with pytest.raises(PhoneError):
        story.phones["new"].idle_until_done()
    said = managed(story.server.database.url, "unknown_certificates")
    assert said.endswith("1 unknown certificate checked in\n")
    assert "CN=" in said and "Alpha School" in said


def test_sessions_are_gone(story: Story) -> None:
    assert json.loads((story.backup / "manifest.json").read_text())["rows"]["django_session"] == 1
    assert story.server.database.value("SELECT count(*) FROM django_session") == 0


def test_the_operator_is_told_what_ended(story: Story) -> None:
    assert "  2 open enrollments\n" in story.said
    assert (
        "  24 invitations revoked\n" in story.said
    )  # 24 for one device and one for many; the first was spent
    assert "unknown_certificates" in story.said


def test_a_backup_is_for_its_owner_alone_and_names_no_key(story: Story) -> None:
    files = sorted(story.backup.iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(story.backup.stat().st_mode) == 0o700
    manifest = json.loads((story.backup / "manifest.json").read_text())
    assert set(manifest["files"]) | {"manifest.json"} == {path.name for path in files}
    assert manifest["rows"]["enrollment_device"] == 1
    assert manifest["migrations"]["enrollment"]
