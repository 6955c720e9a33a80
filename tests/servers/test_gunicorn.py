"""What gunicorn as we configure it lets through: long request lines, chunked and huge bodies; a new SECRET_KEY."""

import plistlib
import socket
import ssl
from pathlib import Path

import pytest

from tests.iphone import IPhone
from tests.live import TestAuthority
from tests.phone import ber
from tests.phone.mdm import CHECK_IN
from tests.phone.scep import ScepStyle
from tests.servers.databases import new_database
from tests.servers.gunicorn import Gunicorn

MEBIBYTE = 1024 * 1024


def certified(server: Gunicorn, scep: ScepStyle | None = None) -> IPhone:
    """A phone that has its certificate and didn't check in yet."""
    phone = server.phone(**({"scep": scep} if scep else {}))
    phone.open(server.url(f"/i/{server.database.facts.many}"))
    phone.journey.to_management_profile({})
    phone.install()
    phone.obtain_certificate()
    return phone


def raw(server: Gunicorn, head: str, body: bytes = b"") -> int:
    """Status of the answer to exactly these bytes; 0 when the connection was closed without one."""
    context = ssl.create_default_context(cadata=server.tls.root_pem.decode())
    with (
        socket.create_connection(("127.0.0.1", server.port), 30) as plain,
        context.wrap_socket(plain, server_hostname="alpha.test") as tls,
    ):
        lines = (*head.splitlines(), "Host: alpha.test", "Connection: close")
        tls.sendall("\r\n".join((*lines, "", "")).encode() + body)
        try:
            status_line = tls.recv(100)
        except OSError:
            return 0
    return int(status_line.split()[1]) if status_line else 0


def test_a_message_of_six_kilobytes_fits_into_the_request_line(sqlite_server: Gunicorn) -> None:
    """Some clients repeat the whole PKIMessage in the address."""
    phone = certified(
        sqlite_server, ScepStyle(method="GET", encoding=ber.Encoding("BER in small pieces", chunk=3))
    )
    lines = [request.url for request, _answer in phone.network.exchanges if "PKIOperation" in request.url]
    assert len(lines) == 1
    assert 6000 < len(lines[0]) < 8190
    phone.authenticate()


@pytest.mark.parametrize(("length", "served"), [(6200, True), (8100, True), (8300, False)])
def test_request_lines_end_at_8190_bytes(sqlite_server: Gunicorn, length: int, served: bool) -> None:
    line = f"GET /enroll/?{'x' * length} HTTP/1.1"
    assert (raw(sqlite_server, line) == 200) == served


@pytest.mark.parametrize("path", ["/mdm/check-in", "/mdm/connect"])
def test_a_body_of_any_announced_size_is_refused_before_it_is_sent(
    sqlite_server: Gunicorn, path: str
) -> None:
    for size in (5 * MEBIBYTE, 10**12):
        assert raw(sqlite_server, f"PUT {path} HTTP/1.1\nContent-Length: {size}") == 413


def test_a_check_in_is_at_most_64_kilobytes(sqlite_server: Gunicorn) -> None:
    assert raw(sqlite_server, "PUT /mdm/check-in HTTP/1.1\nContent-Length: 65537") == 400


def test_a_scep_message_of_any_announced_size_is_refused_before_it_is_sent(sqlite_server: Gunicorn) -> None:
    profile = certified(sqlite_server).management.profile
    assert profile is not None
    path = "/" + str(profile.identity_payload["PayloadContent"]["URL"]).split("/", 3)[3]
    head = f"POST {path}?operation=PKIOperation HTTP/1.1\nContent-Length: {10**12}"
    assert raw(sqlite_server, head) == 413


@pytest.mark.parametrize("path", ["/mdm/check-in", "/mdm/connect"])
def test_a_chunked_body_is_refused_unread(sqlite_server: Gunicorn, path: str) -> None:
    """Devices announce the length of what they send."""
    head = f"PUT {path} HTTP/1.1\nTransfer-Encoding: chunked"
    assert raw(sqlite_server, head, b"5\r\nhello\r\n0\r\n\r\n") == 400
    assert raw(sqlite_server, head, b"fffffff\r\n" + b"x" * 1000) == 400  # it does not wait for the rest


@pytest.mark.parametrize(
    "length", ["-1", "abc", "1e3", "0x10", "1, 2", "99999999999999999999999999", "+5", "5\nContent-Length: 6"]
)
def test_a_length_that_is_none_is_a_bad_request(sqlite_server: Gunicorn, length: str) -> None:
    status = raw(sqlite_server, f"PUT /mdm/check-in HTTP/1.1\nContent-Length: {length}", b"hello")
    assert status in (0, 400, 413)


def test_r18_devices_enrolled_under_another_secret_key_go_on(tls: TestAuthority, folder: Path) -> None:
    with Gunicorn(new_database("sqlite"), tls, folder / "another-secret.log") as server:
        between, enrolled = certified(server), certified(server)
        enrolled.authenticate()
        enrolled.token_update()
        server.stop()
        server.start(GATEHOUSE_SECRET_KEY="another key, which signs no cookie of before")
        between.authenticate()
        between.token_update()
        for phone in (between, enrolled):
            assert phone.idle_until_done() == ["DeviceInformation", "SecurityInfo", "ProfileList"]
        assert server.database.statuses() == {"enrolled": 2}


def test_a_form_urlencoded_check_in_is_taken(sqlite_server: Gunicorn) -> None:
    """As iOS 15 was seen to label what it sends: the body is read before anything looks for fields in it."""
    phone = certified(sqlite_server)
    client = phone.management.mdm
    message = {"MessageType": "Authenticate", "Topic": client.payload["Topic"], "UDID": phone.hardware.udid}
    for content_type in ("application/x-www-form-urlencoded", f"{CHECK_IN}; charset=UTF-8"):
        answer = client.put(client.payload["CheckInURL"], plistlib.dumps(message), content_type)
        assert answer.status == 200
