"""R30: how packages are installed, as the scripts say it; what they install is in test_r30_locks.py."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _code(name: str) -> str:
    """Without comments, and with continued lines joined."""
    lines = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def test_r30_pip_takes_only_what_matches_its_hash_and_builds_with_locked_tools() -> None:
    script = _code(".ci/venv")
    commands = re.findall(r"-m pip install.*", script)
    assert len(commands) == 1 and "--require-hashes" in commands[0] and "--only-binary :all:" in commands[0]
    assert re.search(r"--no-binary python-ldap --no-build-isolation", script)
    assert script.index("requirements-build.lock") < script.index("requirements.lock")


def test_r30_npm_runs_no_packages_script() -> None:
    commands = re.findall(r"npm (?:ci|install).*", _code("Makefile") + _code(".ci/lock"))
    assert len(commands) == 2 and all("--ignore-scripts" in command for command in commands)


def test_r30_apt_starts_nothing() -> None:
    script = _code(".ci/apt-install")
    assert "exit 101" in script and "/usr/sbin/policy-rc.d" in script
    assert "create_main_cluster = false" in script
    assert script.index("exit 101") < script.index("apt install")


SERVERS = ("servers/postgres.py", "servers/gunicorn.py", "servers/slapd.py", "servers/samba.py", "live.py")


@pytest.mark.parametrize("name", SERVERS)
def test_r30_servers_of_the_tests_listen_on_the_loopback(name: str) -> None:
    code = _code(f"tests/{name}")
    assert {address.split(".")[0] for address in re.findall(r"\d+\.\d+\.\d+\.\d+", code)} == {"127"}
