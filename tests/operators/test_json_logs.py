"""GATEHOUSE_LOG_FORMAT=json: one object a line, with request and enrollment, and nothing that opens anything."""

import io
import json
import logging
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sites.models import Site

from enrollment.models import Enrollment
from enrollment.views import safari
from sites_config.logs import JsonFormatter
from tests import people
from tests.live import TestAuthority
from tests.phone.network import Network, Request
from tests.rules.start import SERVE, production, run
from tests.servers.databases import new_database
from tests.servers.gunicorn import ADDRESSES, Gunicorn
from tests.visitor import Visitor, person_at

Read = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def read() -> Iterator[Read]:
    """The lines that were written since, as objects."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.mark.django_db
def test_the_line_of_a_request(alpha: Site, read: Read) -> None:
    Visitor().get("/enroll/")

    (line,) = [each for each in read() if each["logger"] == "gatehouse.access"]
    assert set(line) == {"time", "level", "logger", "message", "request", "route", "status", "duration_ms"}
    assert (line["route"], line["status"], line["level"]) == ("portal", 200, "INFO")
    assert re.fullmatch("[2-9A-HJ-NP-Z]{8}", line["request"]) and line["duration_ms"] > 0
    assert line["message"] == f"portal 200 {line['request']}"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])


@pytest.mark.django_db
def test_r11_a_journey_leaves_lines_of_its_enrollment_and_no_address(alpha: Site, read: Read) -> None:
    _row, token = people.invite(alpha)
    visitor, phone = person_at("enrolled", token)
    phone.idle_until_done()
    visitor.see(f"{visitor.own}/")

    enrollment = Enrollment.objects.get()
    access = [each for each in read() if each["logger"] == "gatehouse.access"]
    known = {each["route"] for each in access if each.get("enrollment") == enrollment.public_id}
    assert {"invitation", "screen", "profile", "scep", "mdm-check-in", "mdm-connect"} <= known
    assert {each.get("enrollment") for each in access} <= {None, enrollment.public_id}
    text = json.dumps(read())
    assert token not in text and visitor.key not in text and ".mobileconfig" not in text
    assert "/enroll/" not in text and enrollment.reference not in text


@pytest.mark.django_db
def test_the_next_request_is_another_one(alpha: Site, read: Read) -> None:
    _row, token = people.invite(alpha)
    Visitor().start(token)
    Visitor("unknown.test").get("/enroll/")
    logging.getLogger("gatehouse.elsewhere").warning("outside of any request")

    started, stranger, outside = read()[-3:]
    assert "enrollment" in started and "enrollment" not in stranger
    assert (stranger["status"], stranger["route"]) == (421, "-")
    assert "request" not in outside and "route" not in outside


@pytest.mark.django_db
def test_a_fault_in_the_middle_has_its_request_and_stays_one_line(
    alpha: Site, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_named: object) -> None:
        raise ValueError("/i/error-with-a-token")

    monkeypatch.setattr(safari, "show", broken)
    visitor = Visitor()
    visitor.client.raise_request_exception = False

    assert visitor.get("/enroll/").status_code == 500

    fault, access = read()
    assert fault["request"] == access["request"] and fault["route"] == "portal"
    assert fault["message"].startswith("unhandled ValueError, reference ") and "\n" in fault["message"]


@pytest.mark.parametrize(
    "odd", ["a\nb", "a\r\nb", "\x1b[2J", "\x00", "\x7f", "\x85", "\u2028", "\u202e", "\ud800", '"}']
)
def test_nothing_in_a_message_ends_the_line_or_steers_a_terminal(read: Read, odd: str) -> None:
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(JsonFormatter())
    log = logging.getLogger("gatehouse.odd")
    log.addHandler(handler)
    log.propagate = False  # the tests' own report could not hold every sign
    try:
        log.warning("said: %s", odd)
    finally:
        log.removeHandler(handler)
        log.propagate = True

    written = out.getvalue()
    assert written.count("\n") == 1 and all(" " <= sign <= "~" for sign in written[:-1])
    assert json.loads(written)["message"] == f"said: {odd}"


def test_an_exception_is_told_in_the_same_object(read: Read) -> None:
    try:
        raise RuntimeError("why")
    except RuntimeError:
        logging.getLogger("some.library").exception("it failed")

    line = read()[-1]
    assert line["level"] == "ERROR" and line["exception"].endswith("RuntimeError: why")


def _logged(tmp_path: Path, **variables: str) -> str:
    code = f"{SERVE}; import logging; logging.getLogger('gatehouse.x').warning('said')"
    return run(code, production(tmp_path) | variables).stderr


def test_text_is_what_it_says_by_itself(tmp_path: Path) -> None:
    assert _logged(tmp_path).endswith(" WARNING gatehouse.x said\n")
    assert json.loads(_logged(tmp_path, GATEHOUSE_LOG_FORMAT="json"))["message"] == "said"
    assert "GATEHOUSE_LOG_FORMAT must be one of: text, json." in _logged(tmp_path, GATEHOUSE_LOG_FORMAT="xml")


def test_gunicorn_writes_json_too(tls: TestAuthority, tmp_path: Path) -> None:
    """Also when one of its processes is killed, which it tells of in words of its own."""
    server = Gunicorn(new_database("sqlite"), tls, tmp_path / "log", workers=1)
    try:
        server.start(GATEHOUSE_LOG_FORMAT="json")
        request = Request("test", "HEAD", server.url("/healthz"), {"User-Agent": "test"})
        assert Network((tls.root_pem,), ADDRESSES).send(request).status == 200
        assert (server.get("/enroll/"), server.get("/healthz"), server.get("/readyz")) == (200, 200, 200)
        assert server.process is not None
        main = server.process.pid
        (worker,) = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        os.kill(int(worker), signal.SIGKILL)
        assert server.get("/enroll/") == 200, "the next one serves"
    finally:
        server.stop()
        server.listener.close()

    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    assert "portal" in {line.get("route") for line in lines}
    assert not any("no-body" in line["message"] for line in lines)
    assert any(line["logger"] == "gunicorn.error" and "SIGKILL" in line["message"] for line in lines)
    assert all({"time", "level", "logger", "message"} <= set(line) for line in lines)
