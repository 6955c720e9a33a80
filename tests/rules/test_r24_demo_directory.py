"""R24: the demonstration's own directory: nowhere else, and not needed."""

import stat
from pathlib import Path

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.actions.demo import connect_directory, disconnect_directory
from enrollment.management import demo_directory
from enrollment.management.commands.demo import _directory
from enrollment.management.demo_directory import NoDirectory, start_directory
from enrollment.models import DirectoryServer
from tests.rules.start import production, run

NETWORKS = "import django; django.setup(); from django.conf import settings as s; print(*map(str, s.PRIVATE_NETWORKS))"


def test_r24_outside_the_demonstration_it_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(NoDirectory, match="only in the demonstration"):
        start_directory(tmp_path, password="password", now=timezone.now())
    assert list(tmp_path.iterdir()) == []


def test_r24_the_loopback_is_allowed_in_the_demonstration_alone(tmp_path: Path) -> None:
    settings_module = {"DJANGO_SETTINGS_MODULE": "sites_config.settings"}
    demo = {"GATEHOUSE_DEMO": "1", "GATEHOUSE_VAR": str(tmp_path)}
    assert run(NETWORKS, settings_module | demo).stdout == "127.0.0.1/32\n"
    assert run(NETWORKS, settings_module | production(tmp_path)).stdout == "\n"


@pytest.mark.django_db
@pytest.mark.parametrize("missing", ["PROGRAMS", "SCHEMAS"])
def test_r24_without_slapd_the_built_in_people_serve(
    alpha: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str
) -> None:
    settings.DEMO, settings.VAR_DIR = True, tmp_path
    monkeypatch.setattr(demo_directory, missing, "/nowhere" if missing == "PROGRAMS" else ())
    earlier = connect_directory(alpha, port=1636, ca_pem="", bind_dn="", bind_password="", user_base="dc=x")

    assert _directory(alpha).startswith("built-in: ana")

    earlier.refresh_from_db()
    assert not earlier.enabled


@pytest.mark.django_db
def test_r24_every_start_uses_the_same_row(alpha: Site) -> None:
    for port in (1636, 1637):
        connect_directory(alpha, port=port, ca_pem="", bind_dn="", bind_password="", user_base="dc=x")
        disconnect_directory(alpha)
    assert DirectoryServer.objects.get().hosts == "127.0.0.1:1637"


def test_r24_its_folder_holds_no_password_and_is_read_by_nobody_else(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DEMO = True
    running = start_directory(tmp_path, password="open sesame, please", now=timezone.now())
    try:
        files = [each for each in (tmp_path / "demo-directory").rglob("*") if each.is_file()]
        held = b"".join(each.read_bytes() for each in files)
    finally:
        running.end()

    assert b"greta" in held and b"open sesame" not in held and running.search_password.encode() not in held
    assert stat.S_IMODE((tmp_path / "demo-directory").stat().st_mode) == 0o700
