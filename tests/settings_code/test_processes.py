"""The commands as processes on a database of their own, SQLite and PostgreSQL: what a script of an operator sees."""

import subprocess
from pathlib import Path

import pytest

from tests.servers.databases import Database, new_database, run

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


def manage(database: Database, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run(database.url, "manage.py", *map(str, arguments))


def test_out_and_in_again_with_exit_statuses(tmp_path: Path) -> None:
    database = new_database("sqlite")
    ((site,),) = database.rows(
        "SELECT domain FROM django_site WHERE domain <> 'example.com' ORDER BY id LIMIT 1"
    )
    file, other = tmp_path / "site.yaml", tmp_path / "other.yaml"

    done = manage(database, "export_site", site, "--output", file)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = manage(database, "apply_site", file, "--diff")
    assert (done.returncode, done.stdout, done.stderr) == (0, "nothing to change\n", "")

    text = file.read_text(encoding="utf-8")
    other.write_text(text.replace("settings:\n", "settings:\n  time_zone: Asia/Tokyo\n"), encoding="utf-8")
    done = manage(database, "apply_site", other, "--diff")
    assert done.returncode == 1 and "settings.time_zone: (nothing) → Asia/Tokyo" in done.stdout
    assert manage(database, "apply_site", other).returncode == 0
    assert manage(database, "apply_site", other, "--diff").returncode == 0
    assert database.rows("SELECT time_zone FROM sites_config_siteconfiguration WHERE time_zone <> ''") == [
        ("Asia/Tokyo",)
    ]

    other.write_text(text.replace("settings:\n", "settings:\n  time_zone: Mars\n"), encoding="utf-8")
    done = manage(database, "apply_site", other, "--diff")
    line = text.splitlines().index("settings:") + 2
    assert done.returncode == 2
    assert f"{other}:{line}: settings.time_zone: Enter a time zone" in done.stderr


@pytest.mark.parametrize("engine", ENGINES)
def test_a_copy(engine: str) -> None:
    database = new_database(engine)
    ((site,),) = database.rows(
        "SELECT domain FROM django_site WHERE domain <> 'example.com' ORDER BY id LIMIT 1"
    )

    done = manage(database, "clone_site", site, "Another School", "--host", "another.example")

    assert (done.returncode, done.stdout) == (0, "site Another School (another.example)\n"), done.stderr
    assert database.value("SELECT count(*) FROM enrollment_authority") == 2
    done = manage(database, "clone_site", site, "Another School", "--host", "another.example")
    assert (
        done.returncode == 1 and "There is a site with the identifier another.example already." in done.stderr
    )
