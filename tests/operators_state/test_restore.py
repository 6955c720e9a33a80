"""``manage.py restore``: what is checked before anything is changed, and what ends with it."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.contrib.sites.models import Site
from django.core.management import CommandError
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.models import Enrollment, Event, EventKind, HandOver, Invitation, Status
from sites_config import secrets
from sites_config.models import Restoration, User
from sites_config.password_links import account_of, password_link
from tests import people
from tests.operators_state.saved import put_back, said
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def backup(alpha: Site, tmp_path: Path) -> Path:
    people.invite(alpha, name="Before")
    said("backup", str(tmp_path / "backup"))
    people.invite(alpha, name="Since")
    return tmp_path / "backup"


def names() -> list[str]:
    return list(Invitation.objects.order_by("pk").values_list("name", flat=True))


def test_a_database_with_something_in_it_is_refused(backup: Path) -> None:
    with pytest.raises(CommandError, match="is not empty"):
        said("restore", str(backup))
    with pytest.raises(CommandError, match="not another"):
        said("restore", str(backup), "--replace", "another")
    assert names() == ["Before", "Since"]


def test_replaced_by_its_name_it_holds_what_the_backup_held(backup: Path) -> None:
    told = put_back(backup)
    assert names() == ["Before"]
    assert "1 invitations revoked" in told
    row = Restoration.objects.get()
    assert row.backup_made_at < row.restored_at
    assert not list(Path(connection.settings_dict["NAME"]).parent.glob("*.restoring*"))


def test_a_changed_file_is_refused(backup: Path) -> None:
    with (backup / "database.sqlite3").open("ab") as file:
        file.write(b"x")
    with pytest.raises(CommandError, match="damaged or was changed"):
        put_back(backup)
    assert names() == ["Before", "Since"]


def test_a_missing_file_is_refused(backup: Path) -> None:
    (backup / "database.sqlite3").unlink()
    with pytest.raises(CommandError, match="is missing"):
        put_back(backup)


def test_a_manifest_that_was_changed_is_refused(backup: Path) -> None:
    """Whoever changes the copy would change its checksum as well; the seal they can't make."""
    path = backup / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"version": "9.9"}))
    with pytest.raises(CommandError, match="The manifest was changed"):
        put_back(backup)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": 1}', '{"format": 2}'])
def test_what_is_no_manifest_is_refused(backup: Path, content: str) -> None:
    (backup / "manifest.json").write_text(content)
    with pytest.raises(CommandError, match=r"manifest|format 2"):
        put_back(backup)


def test_a_backup_of_another_engine_is_refused(backup: Path) -> None:
    path = backup / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"engine": "postgresql"}))
    with pytest.raises(CommandError, match="of postgresql, and DATABASE_URL names a database of sqlite"):
        put_back(backup)


@pytest.fixture
def other_keys(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    path = tmp_path / "keys"
    path.touch(mode=0o600)
    path.write_text(settings.FIELD_KEY_FILE.read_text())
    settings.FIELD_KEY_FILE = path
    yield path
    _forget_keys()


def _forget_keys() -> None:
    secrets._keys.cache_clear()
    secrets._fernet.cache_clear()


def test_without_its_field_keys_it_is_refused(backup: Path, other_keys: Path) -> None:
    other_keys.write_text(Fernet.generate_key().decode())
    _forget_keys()
    with pytest.raises(CommandError, match=r"No key in .* opens the secrets of this backup"):
        put_back(backup)
    assert names() == ["Before", "Since"]


def test_an_older_key_that_secrets_still_need_is_asked_for(
    alpha: Site, tmp_path: Path, other_keys: Path
) -> None:
    old, new = other_keys.read_text().strip(), Fernet.generate_key().decode()
    people.invite(alpha)
    other_keys.write_text(f"{new}\n{old}\n")
    _forget_keys()
    said("backup", str(tmp_path / "needs-both"))
    said("rewrap_secrets")
    said("backup", str(tmp_path / "needs-one"))

    other_keys.write_text(new)
    _forget_keys()
    with pytest.raises(CommandError, match="No key in"):
        put_back(tmp_path / "needs-both")
    put_back(tmp_path / "needs-one")


def test_a_backup_of_a_newer_version_is_refused(alpha: Site, tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('enrollment', '0999_future', %s)",
            [timezone.now()],
        )
    said("backup", str(tmp_path / "newer"))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE name = '0999_future'")
    with pytest.raises(CommandError, match=r"newer version .* enrollment\.0999_future"):
        put_back(tmp_path / "newer")


def test_a_backup_of_an_older_version_is_migrated(alpha: Site, tmp_path: Path) -> None:
    """Here the version before the last migration of allauth's second factors."""
    said("migrate", "mfa", "0002")
    said("backup", str(tmp_path / "older"))
    said("migrate", "mfa")

    told = put_back(tmp_path / "older")

    assert "migrated it to this version" in told
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as database:
        applied = database.execute("SELECT name FROM django_migrations WHERE app = 'mfa' ORDER BY name")
        assert [name for (name,) in applied][-1].startswith("0003")


def test_what_was_under_way_ends_with_an_event(alpha: Site, tmp_path: Path) -> None:
    visitor = Visitor()
    enrollment = visitor.start(people.invite(alpha, name="Held")[1])
    link = visitor.hand_over()
    HandOver.objects.get()
    said("backup", str(tmp_path / "backup"))

    put_back(tmp_path / "backup")

    enrollment.refresh_from_db()
    assert enrollment.status == Status.EXPIRED
    assert Event.objects.filter(enrollment=enrollment, data__why="a backup was restored").count() == 1
    invitation = Invitation.objects.get()
    assert (invitation.uses_held, invitation.uses_spent) == (0, 0) and invitation.revoked_at is not None
    (event,) = Event.objects.filter(invitation=invitation, kind=EventKind.INVITATION_REVOKED)
    assert event.data == {"why": "a backup was restored"}
    assert Visitor().post(link).status_code in (404, 410)
    visitor.post(f"{visitor.own}/mdm-profile/")
    assert Enrollment.objects.get().status == Status.EXPIRED


def test_an_attempt_that_failed_can_not_be_taken_up_again(alpha: Site, tmp_path: Path) -> None:
    enrollment = Visitor().start(people.invite(alpha)[1])
    Enrollment.objects.update(status=Status.FAILED)
    said("backup", str(tmp_path / "backup"))
    put_back(tmp_path / "backup")
    enrollment.refresh_from_db()
    assert enrollment.ends_at <= timezone.now()


def test_invitations_without_a_number_go_on_if_the_operator_says_so(alpha: Site, tmp_path: Path) -> None:
    people.invite(alpha, name="One", max_uses=1)
    people.invite(alpha, name="Wall", max_uses=None)
    said("backup", str(tmp_path / "backup"))

    put_back(tmp_path / "backup", "--keep-unlimited-invitations")
    assert list(Invitation.objects.filter(revoked_at=None).values_list("name", flat=True)) == ["Wall"]

    put_back(tmp_path / "backup")
    assert not Invitation.objects.filter(revoked_at=None).exists()


def test_an_invitation_whose_time_is_over_is_revoked_and_one_that_is_used_up_is_left(
    alpha: Site, tmp_path: Path
) -> None:
    people.invite(alpha, name="Over", expires_at=timezone.now() - timedelta(days=1))
    people.invite(alpha, name="Used up", max_uses=2, uses_spent=2)
    said("backup", str(tmp_path / "backup"))
    put_back(tmp_path / "backup")
    assert list(Invitation.objects.filter(revoked_at=None).values_list("name", flat=True)) == ["Used up"]


def test_a_password_link_that_was_used_since_is_no_good_again(
    alpha: Site, alice: User, tmp_path: Path
) -> None:
    link = password_link(alice, "https://alpha.test").rsplit("/", 3)
    uid, token = [part for part in link if part][-2:]
    said("backup", str(tmp_path / "backup"))
    assert account_of(uid, token) == alice

    put_back(tmp_path / "backup")

    assert account_of(uid, token) is None
    fresh = [part for part in password_link(alice, "https://alpha.test").rsplit("/", 3) if part][-2:]
    assert account_of(*fresh) == alice


def test_recovery_codes_go_and_authenticators_stay(alpha: Site, alice: User, tmp_path: Path) -> None:
    for kind in (Authenticator.Type.RECOVERY_CODES, Authenticator.Type.TOTP):
        Authenticator.objects.create(user=alice, type=kind, data={})
    said("backup", str(tmp_path / "backup"))
    put_back(tmp_path / "backup")
    assert list(Authenticator.objects.values_list("type", flat=True)) == [Authenticator.Type.TOTP]
