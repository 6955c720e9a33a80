"""R30: what is installed is what the lock files say, from whatever index a machine is set up for."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = {"runtime": "requirements.lock", "test": "requirements-test.lock", "build": "requirements-build.lock"}
PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)( ; .+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n?", re.MULTILINE)


def _text(lock: str) -> str:
    return (ROOT / LOCKS[lock]).read_text()


def _pins(lock: str) -> dict[str, str]:
    return {pin[1]: pin[2] for pin in PIN.finditer(_text(lock))}


def _wanted(lock: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime, groups = project["project"]["dependencies"], project["dependency-groups"]
    lines = {"runtime": runtime, "test": runtime + groups["test"], "build": groups["build"]}[lock]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("lock", LOCKS)
def test_r30_every_line_of_a_lock_file_is_a_version_with_hashes(lock: str) -> None:
    rest = PIN.sub("", _text(lock))
    assert [line for line in rest.splitlines() if not line.startswith("#")] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_r30_a_lock_file_allows_what_pyproject_asks_for(lock: str) -> None:
    pins = _pins(lock)
    unmet = [r for r in _wanted(lock) if not r.specifier.contains(pins.get(canonicalize_name(r.name), "0"))]
    assert unmet == [], "run `make lock`"


@pytest.mark.parametrize("lock", ["runtime", "build"])
def test_r30_what_is_tested_is_what_runs(lock: str) -> None:
    tested = _pins("test")
    other = {name: version for name, version in _pins(lock).items() if tested.get(name, version) != version}
    assert other == {}
    assert lock == "build" or _pins("runtime").keys() <= tested.keys()


def test_r30_the_browser_tests_lock_has_hashes_and_no_address() -> None:
    packages = json.loads((ROOT / "tests/browser/package-lock.json").read_text())["packages"]
    installed = [package for path, package in packages.items() if path]
    assert installed
    assert all(
        package["integrity"].startswith("sha512-") and "resolved" not in package for package in installed
    )
