"""R24: without the demonstration nothing starts half configured."""

import json
from pathlib import Path

import pytest

from tests.rules.start import SERVE, production, run

PRINT_SETTINGS = """
import json, django
django.setup()
from django.conf import settings
names = ["DEBUG", "DEMO", "SECURE", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "BROWSER_KEY_COOKIE", "LANGUAGE_COOKIE",
         "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "SECRET_KEY", "SESSION_ENGINE"]
print(json.dumps({name: getattr(settings, name) for name in names}))
"""


def _settings(environment: dict[str, str]) -> dict[str, object]:
    result = run(PRINT_SETTINGS, environment | {"DJANGO_SETTINGS_MODULE": "sites_config.settings"})
    assert result.returncode == 0, result.stderr
    told: dict[str, object] = json.loads(result.stdout)
    return told


def test_r24_it_starts_when_everything_is_set(tmp_path: Path) -> None:
    """What makes the refusals below mean something."""
    result = run(SERVE, production(tmp_path))
    assert result.stdout == "serving\n", result.stderr


@pytest.mark.parametrize(
    "missing", ["GATEHOUSE_SECRET_KEY", "GATEHOUSE_FIELD_KEY_FILE", "GATEHOUSE_HTTPS", "DATABASE_URL"]
)
def test_r24_it_does_not_start_without(tmp_path: Path, missing: str) -> None:
    environment = production(tmp_path)
    del environment[missing]

    result = run(SERVE, environment)

    assert result.returncode != 0 and "serving" not in result.stdout
    assert f"ImproperlyConfigured: {'Set ' if missing != 'GATEHOUSE_HTTPS' else ''}{missing}" in result.stderr


MANAGE = (
    "import runpy, sys; sys.argv = ['manage.py', 'migrate']; runpy.run_path('manage.py', run_name='__main__')"
)


def test_r24_the_command_line_says_it_in_one_sentence(tmp_path: Path) -> None:
    environment = production(tmp_path)
    del environment["DATABASE_URL"]

    result = run(MANAGE, environment)

    assert result.returncode == 1
    assert result.stderr == "Set DATABASE_URL: sqlite:///path or postgres://….\n"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("GATEHOUSE_HTTPS", "off", "GATEHOUSE_HTTPS must be one of: proxy, direct."),
        ("DATABASE_URL", "mysql://localhost/gatehouse", "DATABASE_URL must start with"),
        ("GATEHOUSE_DEBUG", "perhaps", "GATEHOUSE_DEBUG must be 1 or 0."),
        ("GATEHOUSE_TRUSTED_PROXIES", "-1", "GATEHOUSE_TRUSTED_PROXIES must be a whole number."),
        ("GATEHOUSE_FIELD_KEY_FILE", "/nowhere/field-keys", "can't be read"),
    ],
)
def test_r24_it_does_not_start_with(tmp_path: Path, name: str, value: str, says: str) -> None:
    result = run(SERVE, production(tmp_path) | {name: value})

    assert result.returncode != 0 and says in result.stderr


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_r24_keys_that_others_may_read_are_refused(tmp_path: Path, mode: int) -> None:
    environment = production(tmp_path)
    Path(environment["GATEHOUSE_FIELD_KEY_FILE"]).chmod(mode)

    result = run(SERVE, environment)

    assert result.returncode != 0 and "chmod 600" in result.stderr


def test_r24_a_file_without_a_key_in_it_is_refused(tmp_path: Path) -> None:
    environment = production(tmp_path)
    Path(environment["GATEHOUSE_FIELD_KEY_FILE"]).write_text("\n")

    result = run(SERVE, environment)

    assert result.returncode != 0 and "must hold Fernet keys" in result.stderr


def test_r24_keys_beside_the_database_are_refused(tmp_path: Path) -> None:
    environment = production(tmp_path)
    database = Path(environment["GATEHOUSE_FIELD_KEY_FILE"]).parent / "gatehouse.sqlite3"

    result = run(SERVE, environment | {"DATABASE_URL": f"sqlite:///{database}"})

    assert result.returncode != 0 and "may not lie beside the database" in result.stderr


def test_r24_production_is_strict_by_default(tmp_path: Path) -> None:
    told = _settings(production(tmp_path))

    assert told["DEBUG"] is told["DEMO"] is False
    assert told["SECURE"] is told["SESSION_COOKIE_SECURE"] is told["CSRF_COOKIE_SECURE"] is True
    assert told["SECURE_HSTS_SECONDS"] == 31536000
    assert told["SESSION_ENGINE"] == "sites_config.sessions"


def test_r24_debug_changes_no_cookie(tmp_path: Path) -> None:
    """R03: the prefix follows https, not DEBUG."""
    told = _settings(production(tmp_path) | {"GATEHOUSE_DEBUG": "1"})

    assert told["DEBUG"] is True
    assert told["BROWSER_KEY_COOKIE"] == "__Host-gatehouse-key" and told["SESSION_COOKIE_SECURE"] is True


def test_r24_the_demonstration_generates_its_secrets_for_its_owner_alone(tmp_path: Path) -> None:
    var = tmp_path / "var"
    first = _settings({"GATEHOUSE_DEMO": "1", "GATEHOUSE_VAR": str(var)})
    again = _settings({"GATEHOUSE_DEMO": "1", "GATEHOUSE_VAR": str(var)})

    assert first["SECRET_KEY"] == again["SECRET_KEY"] and len(str(first["SECRET_KEY"])) >= 50
    files = [path for path in var.iterdir() if path.is_file()]
    assert {"demo-secret-key", "demo-field-keys"} <= {path.name for path in files}
    assert [path.name for path in files if path.stat().st_mode & 0o077] == []


def test_r24_the_demonstration_on_the_loopback_has_plain_cookies_and_no_debug(tmp_path: Path) -> None:
    """R03: WebKit drops Secure cookies on http, and browsers take __Host- from https only."""
    told = _settings({"GATEHOUSE_DEMO": "1", "GATEHOUSE_VAR": str(tmp_path / "var")})

    assert told["DEBUG"] is False and told["SECURE_HSTS_SECONDS"] == 0
    names = {told[f"{name}_COOKIE_NAME"] for name in ("SESSION", "CSRF")} | {
        told["BROWSER_KEY_COOKIE"],
        told["LANGUAGE_COOKIE"],
    }
    assert names == {"gatehouse-session", "gatehouse-csrf", "gatehouse-key", "gatehouse-language"}
    assert told["SESSION_COOKIE_SECURE"] is told["CSRF_COOKIE_SECURE"] is False


def test_r24_the_demonstration_for_a_real_phone_is_https_again(tmp_path: Path) -> None:
    told = _settings({"GATEHOUSE_DEMO": "1", "GATEHOUSE_VAR": str(tmp_path / "var"), "HOST": "192.0.2.7"})

    assert told["BROWSER_KEY_COOKIE"] == "__Host-gatehouse-key" and told["SESSION_COOKIE_SECURE"] is True
