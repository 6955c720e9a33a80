"""The worker is killed, as by a power cut, while the mail server has the content and has not answered."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers.databases import ENGINES, ROOT, Database, environment, new_database, run
from tests.servers.smtp import SmtpServer

PEOPLE = 5


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    server = SmtpServer()
    yield server
    if server.hold is not None:
        server.hold.set()
    server.stop()


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    made = new_database(request.param)
    table = tmp_path / "people.csv"
    table.write_text("email\n" + "".join(f"person{each}@school.example\n" for each in range(PEOPLE)))
    done = run(made.url, "manage.py", "invite", "--site", "alpha.test", "--csv", str(table), "--send")
    assert f"{PEOPLE} queued to be sent" in done.stdout, done.stderr
    return made


def worker(database: Database, smtp: SmtpServer, *arguments: str) -> "subprocess.Popen[bytes]":
    variables = environment(
        database.url, GATEHOUSE_MAIL_URL=smtp.url, GATEHOUSE_MAIL_FROM="gate@school.example"
    )
    command = [sys.executable, "manage.py", "run_worker", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=variables, stderr=subprocess.DEVNULL)


def states(database: Database) -> dict[str, int]:
    return dict(database.rows("SELECT state, count(*) FROM enrollment_delivery GROUP BY state"))


def within(seconds: float, condition: Callable[[], bool]) -> bool:
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if condition():
            return True
        time.sleep(0.1)
    return False


def test_killed_in_the_middle_each_person_gets_it_once_or_it_is_unknown(
    database: Database, smtp: SmtpServer
) -> None:
    smtp.hold = threading.Event()
    first = worker(database, smtp)
    assert smtp.held.wait(60)
    assert states(database) == {"sending": 1, "leased": PEOPLE - 1}
    os.kill(first.pid, signal.SIGKILL)
    first.wait(10)
    smtp.hold.set()
    smtp.hold = None
    database.change("UPDATE enrollment_delivery SET leased_until = '2020-01-01 00:00:00+00:00'")

    with worker(database, smtp, "--once") as second:
        assert second.wait(60) == 0

    assert states(database) == {"unknown": 1, "sent": PEOPLE - 1}
    assert {len(smtp.to(f"person{each}@school.example")) for each in range(PEOPLE)} == {1}


def test_told_to_stop_it_finishes_the_message_at_hand_and_gives_the_rest_back(
    database: Database, smtp: SmtpServer
) -> None:
    smtp.hold = threading.Event()
    first = worker(database, smtp)
    assert smtp.held.wait(60)
    first.send_signal(signal.SIGTERM)
    assert within(5, lambda: first.poll() is None)
    smtp.hold.set()
    assert first.wait(30) == 0

    assert states(database) == {"sent": 1, "waiting": PEOPLE - 1}
    assert database.value("SELECT max(attempts) FROM enrollment_delivery WHERE state = 'waiting'") == 0


def test_the_worker_says_that_it_lives(database: Database, smtp: SmtpServer) -> None:
    process = worker(database, smtp)
    try:
        assert within(60, lambda: states(database) == {"sent": PEOPLE})
        assert database.value("SELECT count(*) FROM enrollment_heartbeat WHERE name = 'outbox'") == 1
    finally:
        process.terminate()
        process.wait(30)
