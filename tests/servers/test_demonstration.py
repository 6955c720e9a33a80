"""What the README promises: the demonstration prints its facts, and a simulated iPhone finishes what somebody began."""

import email
import email.policy
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.iphone import ROOT, IPhone
from tests.servers.postgres import free_port

WORDS = ["portal", "admin", "staff", "directory", "invitation", "agreement", "single-use", "mail", "stop"]


@pytest.fixture(scope="module")
def variables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What `make run` sets, and a folder of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GATEHOUSE_")}
    folder = tmp_path_factory.mktemp("demonstration")
    return kept | {"GATEHOUSE_DEMO": "1", "GATEHOUSE_VAR": str(folder), "PORT": str(free_port())}


@pytest.fixture(scope="module")
def facts(variables: dict[str, str]) -> Iterator[dict[str, str]]:
    """The lines of a running demonstration, by their first word."""
    command = [sys.executable, str(ROOT / "manage.py"), "demo"]
    with (
        (Path(variables["GATEHOUSE_VAR"]) / "errors").open("w") as errors,
        subprocess.Popen(
            command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout is not None
        lines = [process.stdout.readline().rstrip("\n") for _word in WORDS]
        facts = dict(line.split(" ", 1) for line in lines)
        yield facts
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert ends(int(re.findall(r"\d+", facts["directory"])[-1])), "the directory ends with the demonstration"


def ends(port: int) -> bool:
    """Within ten seconds nobody listens any more."""
    for _again in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return True
        time.sleep(0.1)
    return False


def test_it_prints_one_fact_a_line(facts: dict[str, str], variables: dict[str, str]) -> None:
    base = re.escape(f"http://127.0.0.1:{variables['PORT']}")
    assert list(facts) == WORDS
    assert re.fullmatch(rf"{base}/enroll/", facts["portal"])
    assert re.fullmatch(rf"{base}/admin/", facts["admin"])
    assert re.fullmatch(r"\S+ \S{12,}", facts["staff"])
    assert re.fullmatch(rf"{base}/i/[\w-]{{43}}", facts["invitation"])
    assert re.fullmatch(rf"{base}/i/[\w-]{{43}}", facts["agreement"])
    assert re.fullmatch(rf"{base}/i/[\w-]{{43}}", facts["single-use"])


def test_whoever_reads_an_address_may_call_it_at_once(facts: dict[str, str]) -> None:
    phone = IPhone()
    user, password = facts["staff"].split(" ")
    assert phone.enroll(facts["portal"], {"username": user, "password": password}).page is not None


def test_somebody_of_its_directory_logs_in_and_enrolls(facts: dict[str, str]) -> None:
    """With slapd, which the tests have; over TLS by an authority of its own."""
    user, password, where = facts["directory"].split(" ", 2)
    assert re.fullmatch(r"\(OpenLDAP at 127\.0\.0\.1:\d+\)", where)

    phone = IPhone()
    answers = {"username": user, "password": password, "site": "Northwind Primary"}
    page = phone.enroll(facts["portal"], answers).page

    assert page is not None and page.h1 == "Enrollment complete" and "Greta Grün" in page.text


def test_make_iphone_finishes_what_a_visitor_began(facts: dict[str, str], variables: dict[str, str]) -> None:
    """The visitor's own page, open at Install in Settings, turns complete."""
    visitor = IPhone()
    visitor.open(facts["single-use"])
    while not visitor.safari.here.path.endswith("/install/"):
        visitor.answer_page({})

    device = subprocess.run(
        [sys.executable, "-m", "tests.iphone"],
        cwd=ROOT, env=variables, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip

    assert device.returncode == 0, device.stderr
    assert device.stdout.splitlines()[-1].startswith("enrolled: iPhone ")
    assert visitor.safari.reload().h1 == "Enrollment complete"


def test_its_worker_writes_the_mail_of_an_invitation_whose_link_opens(facts: dict[str, str]) -> None:
    """Nothing is sent to anybody: the messages of the demonstration are files."""
    folder = Path(facts["mail"])
    for _again in range(300):
        if folder.is_dir() and any(folder.iterdir()):
            break
        time.sleep(0.1)

    (file,) = folder.iterdir()
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    text = mail.get_body(("plain",))
    assert mail["To"] == "zoe@northwind.example" and text is not None
    (link,) = re.findall(r"^http://\S+$", text.get_content(), re.MULTILINE)
    assert link.startswith(facts["portal"].removesuffix("/enroll/") + "/i/")
    page = IPhone().open(link)
    assert page.status == 200 and "PIN" in page.text
