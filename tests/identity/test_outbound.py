"""The one way out: nobody finds the operator's network by it, and nobody holds it up."""

import contextlib
import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from pytest_django.fixtures import Settings

from enrollment.directories import outbound
from enrollment.directories.outbound import Session, Unreachable
from tests.live import TestAuthority

Serve = Callable[[Callable[[ssl.SSLSocket], object]], int]
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(autouse=True)
def trusted(settings: Settings, tls: TestAuthority) -> None:
    settings.OUTBOUND_CA_FILE = str(tls.root_file)


@pytest.fixture
def serve(tls: TestAuthority) -> Iterator[Serve]:
    """A double of somebody on TLS who says what he likes; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.certificate_file, tls.key_file)
    with contextlib.ExitStack() as stack:

        def start(speak: Callable[[ssl.SSLSocket], object]) -> int:
            listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            threading.Thread(target=_serve, args=(listening, context, speak), daemon=True).start()
            return int(listening.getsockname()[1])

        yield start


def _serve(
    listening: socket.socket, context: ssl.SSLContext, speak: Callable[[ssl.SSLSocket], object]
) -> None:
    while True:
        try:
            connection = listening.accept()[0]
        except OSError:
            return
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as talking:
            talking.recv(65536)
            speak(talking)


def says(answer: bytes) -> Callable[[ssl.SSLSocket], object]:
    return lambda talking: talking.sendall(answer)


def drips(before: bytes, drop: bytes) -> Callable[[ssl.SSLSocket], object]:
    def speak(talking: ssl.SSLSocket) -> None:
        talking.sendall(before)
        while True:
            talking.sendall(drop)
            time.sleep(0.05)

    return speak


def named(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """What every name resolves to."""

    def resolve(_host: object, port: int, *_args: object, **_options: object) -> list[object]:
        families = [socket.AF_INET6 if ":" in each else socket.AF_INET for each in addresses]
        return [(family, 1, 6, "", (each, port)) for family, each in zip(families, addresses, strict=True)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


def refused(url: str, words: str) -> None:
    with Session() as session, pytest.raises(Unreachable, match=words):
        session.get(url)


def test_an_answer_is_an_answer(serve: Serve) -> None:
    port = serve(says(OK + b"Content-Length: 2\r\n\r\nok"))
    with Session() as session:
        assert session.get(f"https://127.0.0.1:{port}/").content == b"ok"


def test_the_certificate_is_of_the_name_while_the_connection_is_to_the_address(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = serve(says(OK + b"Content-Length: 2\r\n\r\nok"))
    named(monkeypatch, "127.0.0.1")

    with Session() as session:
        assert session.get(f"https://alpha.test:{port}/").content == b"ok"
    refused(f"https://gamma.test:{port}/", "doesn't match|not valid for")


def test_a_certificate_of_nobodys_is_refused(serve: Serve, settings: Settings) -> None:
    settings.OUTBOUND_CA_FILE = ""
    refused(f"https://127.0.0.1:{serve(says(OK))}/", "certificate verify failed")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "[::1]", "[::ffff:10.1.2.3]", "[fd00::1]", "0.0.0.1"]
)
def test_a_private_address_is_refused(settings: Settings, host: str) -> None:
    settings.PRIVATE_NETWORKS = ()
    refused(f"https://{host}/", "in a private network: the operator allows it")


@pytest.mark.parametrize("addresses", [["192.168.1.1"], ["8.8.8.8", "10.0.0.1"], ["8.8.8.8", "::1"]])
def test_a_name_of_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, addresses: list[str]
) -> None:
    settings.PRIVATE_NETWORKS = ()
    named(monkeypatch, *addresses)
    refused("https://public.example/", "in a private network")


def test_the_name_is_asked_for_once(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second answer could be another address than the one that was checked."""
    port, real, asked = serve(says(OK + b"Content-Length: 0\r\n\r\n")), socket.getaddrinfo, []

    def resolve(host: str, *args: object, **options: object) -> object:
        asked.append(host)
        return real("127.0.0.1", *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with Session() as session:
        session.get(f"https://alpha.test:{port}/")

    assert asked.count("alpha.test") == 1


def test_an_odd_port_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch, "8.8.8.8")
    refused("https://public.example:8443/", "port 8443 is not a usual one: 443")


def test_http_is_refused() -> None:
    refused("http://127.0.0.1/", "only https is asked")


def test_a_redirect_is_refused(serve: Serve) -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/\r\nContent-Length: 0\r\n\r\n"
    refused(f"https://127.0.0.1:{serve(says(answer))}/", "redirect")


@pytest.mark.parametrize("length", [b"Content-Length: 2097152\r\n", b""])
def test_a_long_answer_is_refused(serve: Serve, length: bytes) -> None:
    answer = OK + length + b"\r\n" + b"x" * 2 * 1024 * 1024
    refused(f"https://127.0.0.1:{serve(says(answer))}/", "longer than 1048576 bytes")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_compressed_answer_is_refused(serve: Serve, coding: str) -> None:
    """A megabyte of it may be a gigabyte."""
    body = gzip.compress(b"x")
    head = OK + f"Content-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    refused(f"https://127.0.0.1:{serve(says(head + body))}/", "compressed")


@pytest.mark.parametrize(
    ("before", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (OK + b"Content-Length: 100000\r\n\r\n", b"x"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (OK + b"\r\n", b"x"),
    ],
    ids=["in the head", "of a known length", "in chunks", "until the end"],
)
def test_a_slow_drip_is_cut_and_is_no_answer(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, before: bytes, drop: bytes
) -> None:
    monkeypatch.setattr(outbound, "LONGEST_WAIT", 0.3)
    refused(f"https://127.0.0.1:{serve(drips(before, drop))}/", "no whole answer within 0.3 seconds")


def test_who_waits_in_vain_for_a_turn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "_slots", threading.BoundedSemaphore(1))
    monkeypatch.setattr(outbound, "LONGEST_QUEUE", 0.01)
    with outbound._slots:
        refused("https://127.0.0.1/", "too many requests are under way")
