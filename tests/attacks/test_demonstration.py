"""R24: the demonstration never meets a database, a secret or an account that real people use."""

import os
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.actions.demo import NotADemonstration, load_demo
from sites_config import demo
from sites_config.models import SitePrivilege, User
from tests import people
from tests.rules.start import run

REAL = {
    "GATEHOUSE_SECRET_KEY": "the-secret-of-a-real-installation",
    "GATEHOUSE_FIELD_KEY_FILE": "/srv/gatehouse/field-keys",
    "GATEHOUSE_HTTPS": "proxy",
    "DATABASE_URL": "postgres://gatehouse:password@db.example/gatehouse",
}


@pytest.fixture
def real_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOST", raising=False)
    for name, value in REAL.items():
        monkeypatch.setenv(name, value)


def test_r24_the_demonstration_overrides_what_is_set(real_environment: None, tmp_path: Path) -> None:
    demo.prepare(tmp_path)

    now = {name: os.environ[name] for name in REAL}
    assert now == {
        "GATEHOUSE_SECRET_KEY": (tmp_path / "demo-secret-key").read_text().strip(),
        "GATEHOUSE_FIELD_KEY_FILE": str(tmp_path / "demo-field-keys"),
        "GATEHOUSE_HTTPS": "off",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'gatehouse.sqlite3'}",
    }
    assert not set(now.values()) & set(REAL.values())


def test_r24_its_settings_are_made_of_that(tmp_path: Path) -> None:
    code = (
        "import django; django.setup(); from django.conf import settings as s; "
        "print(s.DATABASES['default']['NAME'], s.FIELD_KEY_FILE, s.HTTPS, 'real' in s.SECRET_KEY)"
    )
    switched_on = {
        "GATEHOUSE_DEMO": "1",
        "GATEHOUSE_VAR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "sites_config.settings",
    }

    result = run(code, REAL | switched_on)

    expected = f"{tmp_path / 'gatehouse.sqlite3'} {tmp_path / 'demo-field-keys'} off False\n"
    assert result.stdout == expected, result.stderr


@pytest.fixture
def real_demo(settings: Settings, tmp_path: Path, db: None) -> User:
    """Somebody's own account that is named demo."""
    settings.DEMO, settings.VAR_DIR = True, tmp_path
    return people.staff("demo", "Demetra Moore")


def test_r24_an_account_named_demo_is_not_taken_over(real_demo: User) -> None:
    with pytest.raises(NotADemonstration):
        load_demo(hosts=("127.0.0.1",), now=timezone.now())

    real_demo.refresh_from_db()
    assert real_demo.check_password(people.PASSWORD)
    assert not real_demo.is_superuser and not real_demo.is_staff and not real_demo.is_demo
    assert not SitePrivilege.objects.filter(user=real_demo).exists()


def test_r24_the_command_says_so(real_demo: User) -> None:
    with pytest.raises(CommandError, match="emonstration"):
        call_command("load_demo")


def test_r24_its_own_account_is_loaded_again(settings: Settings, tmp_path: Path, db: None) -> None:
    """What makes the refusals mean something."""
    settings.DEMO, settings.VAR_DIR = True, tmp_path
    for _time in range(2):
        load_demo(hosts=("127.0.0.1",), now=timezone.now())

    assert User.objects.get(username="demo").is_demo
