"""The doctor and the files of this machine: modes, keys that were lost, translations that were not compiled."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as real_settings
from django.contrib.sites.models import Site
from pytest_django.fixtures import Settings

from sites_config import catalogues
from tests import people
from tests.operators.consulted import consulted

pytestmark = pytest.mark.django_db
NOWHERE = "http://alpha.test"


@pytest.fixture
def keys(tmp_path: Path, settings: Settings, alpha: Site) -> Path:
    """A copy of the field keys, in use."""
    path = tmp_path / "keys" / "field-keys"
    path.parent.mkdir()
    path.touch(0o600)
    path.write_bytes(Path(real_settings.FIELD_KEY_FILE).read_bytes())
    settings.FIELD_KEY_FILE = path
    return path


def test_good_keys_open_what_is_stored(keys: Path) -> None:
    told = consulted(NOWHERE)

    assert [row["state"] for row in told.all("field-keys")] == ["ok", "ok"]
    assert told.of("field-keys", "stored")["text"] == "3 private keys in the database open"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_file_that_others_may_read(keys: Path, mode: int) -> None:
    keys.chmod(mode)

    told = consulted(NOWHERE)

    said = told.of("field-keys")
    assert (told.status, said["state"]) == (1, "failed") and f"chmod 600 {keys}" in said["text"]


def test_a_key_file_that_is_gone_or_empty(keys: Path) -> None:
    keys.write_text("no key at all\n")
    assert "holds no Fernet keys" in consulted(NOWHERE).of("field-keys")["text"]
    keys.write_text("")
    assert "holds no Fernet keys" in consulted(NOWHERE).of("field-keys")["text"]
    keys.unlink()
    assert "can't be read: No such file" in consulted(NOWHERE).of("field-keys")["text"]


def test_keys_of_another_installation_open_nothing(keys: Path) -> None:
    keys.write_bytes(Fernet.generate_key())

    told = consulted(NOWHERE)

    said = told.of("field-keys", "stored")
    assert told.status == 1 and said["text"].startswith(
        "3 of 3 private keys open with none of them: authority"
    )
    assert "below the others" in said["todo"]


def test_a_key_file_beside_the_database(keys: Path, settings: Settings) -> None:
    settings.FIELD_KEY_FILE = Path(settings.DATABASES["default"]["NAME"]).parent / "field-keys-beside"
    keys.rename(settings.FIELD_KEY_FILE)
    try:
        said = consulted(NOWHERE).all("field-keys")[0]
    finally:
        settings.FIELD_KEY_FILE.unlink()

    assert said["state"] == "failed" and "lies beside the database it protects" in said["text"]


def test_a_folder_that_everybody_may_change(keys: Path) -> None:
    keys.parent.chmod(0o777)

    said = consulted(NOWHERE).all("folders")[-1]

    assert (said["state"], said["todo"]) == ("failed", f"chmod o-w {keys.parent}")


def test_translations_that_were_not_compiled(alpha: Site, settings: Settings, tmp_path: Path) -> None:
    settings.LOCALE_PATHS = [tmp_path]
    catalogues._catalogue.cache_clear()
    try:
        said = consulted(NOWHERE).of("catalogues")
    finally:
        catalogues._catalogue.cache_clear()

    assert said["state"] == "failed" and "not compiled: " in said["text"] and "de" in said["text"]


def test_a_site_that_offers_a_language_without_texts(alpha: Site) -> None:
    people.configure(alpha, languages="en,de,lt")

    said = consulted(NOWHERE).of("languages")

    assert said["state"] == "warning" and said["subject"] == "Alpha School"
    assert "texts in lt are shown in another language" in said["text"]
