"""R24: what an operator writes into DATABASE_URL is honoured or refused, and keys never lie beside the database."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from sites_config.environment import database
from tests.rules.start import SERVE, production, run

SERVER = "postgres://gatehouse:secret@db.example/gatehouse"


def test_tls_options_reach_the_driver() -> None:
    entry = database(f"{SERVER}?sslmode=verify-full&sslrootcert=%2Fetc%2Fssl%2Four%20root.pem")

    assert entry["OPTIONS"]["sslmode"] == "verify-full"
    assert entry["OPTIONS"]["sslrootcert"] == "/etc/ssl/our root.pem"
    assert entry["HOST"] == "db.example" and "pool" in entry["OPTIONS"]


def test_the_folder_of_a_socket_is_the_host() -> None:
    entry = database("postgres://gatehouse@/gatehouse?host=%2Frun%2Fpostgresql&sslmode=disable")

    assert entry["HOST"] == "/run/postgresql" and "host" not in entry["OPTIONS"]
    assert entry["OPTIONS"]["sslmode"] == "disable"


def test_an_unknown_option_is_named_and_its_value_is_not() -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        database(f"{SERVER}?sslmod=verify-full")

    assert "sslmod." in str(caught.value)
    assert "verify-full" not in str(caught.value) and "secret" not in str(caught.value)


def test_an_unknown_option_stops_the_start(tmp_path: Path) -> None:
    result = run(SERVE, production(tmp_path) | {"DATABASE_URL": f"{SERVER}?sslmod=verify-full"})

    assert result.returncode != 0 and "serving" not in result.stdout
    assert "ImproperlyConfigured: DATABASE_URL has options that are not passed on: sslmod." in result.stderr


@pytest.mark.parametrize("detour", ["database", "keys"])
def test_a_detour_hides_no_key_beside_the_database(tmp_path: Path, detour: str) -> None:
    environment = production(tmp_path)
    keys = Path(environment["GATEHOUSE_FIELD_KEY_FILE"])
    (tmp_path / "other").mkdir()
    around = tmp_path / "other" / ".." / keys.parent.name
    folder = around if detour == "database" else keys.parent
    environment["DATABASE_URL"] = f"sqlite:///{folder / 'gatehouse.sqlite3'}"
    if detour == "keys":
        environment["GATEHOUSE_FIELD_KEY_FILE"] = str(around / keys.name)

    result = run(SERVE, environment)

    assert result.returncode != 0 and "may not lie beside the database" in result.stderr


def test_neither_does_a_link(tmp_path: Path) -> None:
    environment = production(tmp_path)
    (tmp_path / "linked").symlink_to(Path(environment["GATEHOUSE_FIELD_KEY_FILE"]).parent)
    environment["DATABASE_URL"] = f"sqlite:///{tmp_path / 'linked' / 'gatehouse.sqlite3'}"

    result = run(SERVE, environment)

    assert result.returncode != 0 and "may not lie beside the database" in result.stderr
