"""`python -m tests.iphone`: for people, with and without a URL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests import iphone
from tests.phone_checks.double import Reply
from tests.phone_checks.double_portal import Portal


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for the checkout: a manage.py of its own, and var/."""
    monkeypatch.setattr(iphone, "ROOT", tmp_path)
    monkeypatch.setattr(iphone, "DEMO_STAFF", tmp_path / "demo-staff")
    monkeypatch.setattr(iphone, "DEMO_ROOT", tmp_path / "demo-root.pem")
    return tmp_path


def test_it_tells_each_step_and_succeeds(portal: Portal, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"{portal.double.url}/enroll/"
    assert iphone.main([url, "--user", "alice", "--password", "right", "--language", "ar"]) == 0
    said = capsys.readouterr().out
    assert "MDM: TokenUpdate accepted\n" in said
    assert "enrolled: iPhone" in said
    assert portal.double.asked[0].headers["Accept-Language"] == "ar"


def test_it_logs_in_with_the_staff_account_of_the_demonstration(portal: Portal, folder: Path) -> None:
    (folder / "demo-staff").write_text("carol right\n")
    assert iphone.main([f"{portal.double.url}/enroll/"]) == 0
    assert portal.double.asked_for("POST /enroll/1/log-in/")[0].form["username"] == "carol"


def test_any_field_can_be_answered_by_its_name(portal: Portal) -> None:
    url = f"{portal.double.url}/enroll/"
    log_in = ["--answer", "username=dora", "--answer", "password=right"]
    assert iphone.main([url, *log_in, "--answer", "ownership=Me"]) == 0
    assert portal.double.asked_for("POST /enroll/1/log-in/")[0].form["username"] == "dora"
    assert portal.double.asked_for("POST /enroll/1/ownership/")[0].form["ownership"] == "personal"


def test_an_answer_without_a_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        iphone.main(["http://127.0.0.1/", "--answer", "personal"])
    assert "must be NAME=VALUE, not 'personal'" in capsys.readouterr().err


def test_it_trusts_the_root_of_the_demonstration_by_itself(folder: Path) -> None:
    assert iphone.trusted_roots([]) == []
    (folder / "demo-root.pem").write_bytes(b"the demonstration's")
    (folder / "other.pem").write_bytes(b"other")
    assert iphone.trusted_roots([folder / "other.pem"]) == [b"other", b"the demonstration's"]


def test_it_looks_where_the_demonstration_keeps_its_files(tmp_path: Path) -> None:
    code = "from tests import iphone; print(iphone.DEMO_STAFF, iphone.DEMO_ROOT)"
    environment = os.environ | {"GATEHOUSE_VAR": str(tmp_path)}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert said.stdout.split() == [str(tmp_path / "demo-staff"), str(tmp_path / "demo-root.pem")]


@pytest.mark.parametrize("address", ["localhost:8000/enroll/", "school.example/enroll/"])
def test_an_address_without_a_scheme_is_refused_with_a_sentence(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert iphone.main([address]) == 1
    said = capsys.readouterr().err
    assert said.startswith("not enrolled: Safari: an address starts with http:// or https://")


def test_without_an_account_it_says_that_a_login_is_asked(
    portal: Portal, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert iphone.main([f"{portal.double.url}/enroll/"]) == 1
    assert "asks to log in, and no user name" in capsys.readouterr().err


def test_it_says_where_it_ended(portal: Portal, capsys: pytest.CaptureFixture[str]) -> None:
    gone = b"<h1>Ask for a new one</h1><footer><p>Reference: K7MQ3X</p></footer>"
    portal.double.routes["GET /i/old"] = lambda asked: Reply(gone, status=410)
    assert iphone.main([f"{portal.double.url}/i/old"]) == 1
    said = capsys.readouterr().err
    assert said == "not enrolled: Safari: HTTP 410, page 'Ask for a new one', reference K7MQ3X\n"


def test_without_url_it_plays_the_device_for_the_profile_that_waits(portal: Portal, folder: Path) -> None:
    with urlopen(f"{portal.double.url}/p/token.mobileconfig") as served:
        (folder / "waiting").write_bytes(served.read())
    (folder / "manage.py").write_text("import sys; sys.stdout.buffer.write(open('waiting', 'rb').read())")
    assert iphone.main(["--family", "iPad"]) == 0
    assert portal.mdm.messages[0]["ProductName"] == "iPad13,4"
    assert not portal.double.asked_for("GET /enroll/")


def test_without_a_waiting_profile_it_repeats_what_the_command_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "manage.py").write_text("raise SystemExit('Nobody waits.')")
    assert iphone.main([]) == 1
    assert capsys.readouterr().err == "not enrolled: waiting_profile: Nobody waits.\n"
