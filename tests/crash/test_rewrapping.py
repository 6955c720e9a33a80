"""``manage.py rewrap_secrets``: a new field key, killed in the middle and run again, while people go on working."""

import io
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.contrib.sites.models import Site
from django.core.management import CommandError, call_command
from django.db.models import BinaryField
from pytest_django.fixtures import Settings

from enrollment.actions import rewrapping
from enrollment.actions.rewrapping import encrypted_columns
from enrollment.models import DirectoryServer, Invitation, PushCertificate
from sites_config import secrets
from sites_config.models import User
from tests import people
from tests.admin.world import populate
from tests.rules.tables import dump
from tests.servers.databases import new_database, run
from tests.visitor import person_at

SIGKILL = -9
NO_SECRETS = {
    "certificate_der",
    "code_hmac",
    "der",
    "key_sha256",
    "sha256",
    "png",
    "token_sha256",
    "from_key_sha256",
    "token_nonce",
    "relay_state_sha256",
    "ticket_sha256",
    "name_id_sha256",
    "session_index_sha256",
}
# The process dies right after the third batch of two invitations.
DIES = """
import os, signal, django
django.setup()
from django.core.management import call_command
from enrollment.actions import rewrapping
rewrapping.BATCH = 2
whole, batches = rewrapping._rewrap_batch, []
def dying(model, column, batch, count):
    whole(model, column, batch, count)
    batches.extend([column] if column == "token_encrypted" else [])
    if len(batches) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
rewrapping._rewrap_batch = dying
call_command("rewrap_secrets")
"""


class KeyFile:
    """The file of the tests' operator, in a folder of its own."""

    def __init__(self, path: Path, settings: Settings) -> None:
        self.path, self.first = path, Path(settings.FIELD_KEY_FILE).read_text().strip()
        settings.FIELD_KEY_FILE = path
        path.touch(mode=0o600)
        self.holds(self.first)

    def holds(self, *keys: str) -> None:
        self.path.write_text("\n".join(keys) + "\n")
        forget()


def forget() -> None:
    secrets._keys.cache_clear()
    secrets._fernet.cache_clear()


@pytest.fixture
def keys(tmp_path: Path, settings: Settings) -> Iterator[KeyFile]:
    yield KeyFile(tmp_path / "field-keys", settings)
    forget()


def rewrap() -> str:
    said = io.StringIO()
    call_command("rewrap_secrets", stdout=said)
    return said.getvalue()


def new_key() -> str:
    return Fernet.generate_key().decode()


def tokens() -> list[bytes]:
    """Whatever in the database looks like Fernet's, in whichever table and column."""
    values = (value for rows in dump().values() for row in rows for value in row)
    return [value for value in values if isinstance(value, bytes) and value.startswith(b"gAAAA")]


@pytest.mark.django_db
def test_afterwards_the_old_key_opens_nothing_and_the_new_one_everything(keys: KeyFile, alpha: Site) -> None:
    populate(alpha, "alpha.test", "Aardvark")
    person_at("enrolled", people.invite(alpha)[1])
    person_at("profile-fetched", people.invite(alpha)[1])
    before, new = tokens(), new_key()
    keys.holds(new, keys.first)

    said = rewrap()

    after = tokens()
    assert len(after) == len(before) >= 8 and not set(after) & set(before)
    for token in after:  # of any column, so that one which the command would miss fails here
        Fernet(new).decrypt(token)
    assert "enrollment_invitation.token_encrypted: " in said and " rewrapped" in said
    again = rewrap()
    assert tokens() == after and " rewrapped" not in again


def test_every_encrypted_column_is_found_by_its_name() -> None:
    """A new BinaryField is either called ``…_encrypted`` or stands here as no secret."""
    ours = [model for model in apps.get_models() if model._meta.app_label in ("enrollment", "sites_config")]
    fields = [(model, each) for model in ours for each in model._meta.local_fields]
    binary = {(model, each.name) for model, each in fields if isinstance(each, BinaryField)}
    named = {(model, each.name) for model, each in fields if "encrypted" in each.name}

    assert set(encrypted_columns()) == named
    assert {name for _model, name in binary - named} == NO_SECRETS


@pytest.mark.django_db
def test_what_no_key_opens_is_named_and_stops_nothing(keys: KeyFile, alpha: Site) -> None:
    lost, _token = people.invite(alpha)
    Invitation.objects.filter(pk=lost.pk).update(token_encrypted=Fernet(new_key()).encrypt(b"lost"))
    kept, _token = people.invite(alpha, name="Kept")
    new = new_key()
    keys.holds(new, keys.first)
    errors = io.StringIO()

    with pytest.raises(CommandError, match="open with no key"):
        call_command("rewrap_secrets", stdout=io.StringIO(), stderr=errors)

    assert f"no key opens enrollment_invitation.token_encrypted, row {lost.pk}" in errors.getvalue()
    for row in (Invitation.objects.get(pk=kept.pk), PushCertificate.objects.get()):
        held = row.token_encrypted if isinstance(row, Invitation) else row.key_encrypted
        Fernet(new).decrypt(bytes(held))


@pytest.mark.django_db
def test_what_is_changed_meanwhile_is_not_overwritten(keys: KeyFile, alpha: Site, alice: User) -> None:
    row = DirectoryServer.objects.create(
        site=alpha, name="LDAP", bind_password_encrypted=secrets.encrypt(b"old")
    )
    keys.holds(new_key(), keys.first)
    read = secrets.rewrapped

    def saved_between(token: bytes) -> bytes | None:
        if secrets.decrypt(token) == b"old":
            DirectoryServer.objects.update(bind_password_encrypted=secrets.encrypt(b"typed a moment ago"))
        return read(token)

    with (
        mock.patch.object(rewrapping, "rewrapped", saved_between),
        pytest.raises(CommandError, match="run it again"),
    ):
        rewrap()

    row.refresh_from_db()
    assert secrets.decrypt(row.bind_password_encrypted) == b"typed a moment ago"
    rewrap()


def test_killed_in_the_middle_and_run_again(
    keys: KeyFile, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GATEHOUSE_FIELD_KEY_FILE", str(keys.path))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "sites_config.settings")
    database = new_database("sqlite")
    new = new_key()
    keys.holds(new, keys.first)

    def under(key: str) -> int:
        held = database.rows("SELECT token_encrypted FROM enrollment_invitation")
        return sum(opens(key, bytes(token)) for (token,) in held)

    assert run(database.url, "-c", DIES).returncode == SIGKILL
    assert (under(new), under(keys.first)) == (6, 19)

    done = run(database.url, "manage.py", "rewrap_secrets")
    assert done.returncode == 0, done.stderr
    assert under(new) == 25
    keys.holds(new)
    assert run(database.url, "manage.py", "rewrap_secrets").returncode == 0


def opens(key: str, token: bytes) -> bool:
    try:
        Fernet(key).decrypt(token)
    except Exception:
        return False
    return True
