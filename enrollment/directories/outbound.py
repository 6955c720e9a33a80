"""Where this server may connect to for a site, and the one way to ask anything by HTTP.

A site's administrator must not look around in the operator's network.
"""

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import certifi
import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

LONGEST_ANSWER = 1024 * 1024  # bytes
LONGEST_WAIT = 3.0  # seconds, from the connection to the last byte
HTTPS_PORTS = frozenset({443})
# Somebody slow must not hold every thread of the process.
AT_ONCE, LONGEST_QUEUE = 4, 1.0  # seconds
_slots = threading.BoundedSemaphore(AT_ONCE)

# What may go wrong with a request, whatever it is.
Unreachable = requests.RequestException


class Forbidden(Exception):
    """The text says what the operator has to allow."""


def check_address(host: str, port: int, *, usual_ports: frozenset[int]) -> str:
    """Every address of the host must be a public one at a usual port, or in a network that the operator allows.

    The first of them, to be connected to: asking for the name again could give another. Raises Forbidden; OSError for
    a name that can't be resolved.
    """
    found = []
    for family, _type, _protocol, _name, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if family in (socket.AF_INET, socket.AF_INET6):
            _check(ipaddress.ip_address(str(address[0]).partition("%")[0]), host, port, usual_ports)
            found.append(str(address[0]))
    if not found:
        raise Forbidden(f"{host} has no address")
    return found[0]


def _check(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, host: str, port: int, usual_ports: frozenset[int]
) -> None:
    if any(address in network for network in settings.PRIVATE_NETWORKS):
        return
    if not address.is_global:
        raise Forbidden(
            f"{host} is {address}, in a private network: the operator allows it by GATEHOUSE_PRIVATE_NETWORKS"
        )
    if port not in usual_ports:
        raise Forbidden(f"port {port} is not a usual one: {', '.join(map(str, sorted(usual_ports)))}")


class Session(requests.Session):
    """https only, no redirects, no proxy of the environment, ``LONGEST_ANSWER`` and ``LONGEST_WAIT``.

    Raises Unreachable, whose text names the reason.
    """

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.mount("http://", _InClear())
        self.mount("https://", _Pinned())
        self.headers.update({"Accept-Encoding": "identity", "Connection": "close", "User-Agent": "Gatehouse"})

    def request(self, method: Any, url: Any, *args: Any, **options: Any) -> requests.Response:
        if not _slots.acquire(timeout=LONGEST_QUEUE):
            raise requests.ConnectionError("too many requests are under way")
        try:
            answer = super().request(method, url, *args, **(options | {"allow_redirects": False}))
        finally:
            _slots.release()
        if answer.is_redirect:
            raise requests.TooManyRedirects("it answers with a redirect, which is not followed")
        return answer


class _InClear(HTTPAdapter):
    def send(self, *_args: Any, **_options: Any) -> requests.Response:
        raise requests.exceptions.InvalidSchema("only https is asked")


class _Pinned(HTTPAdapter):
    """Connects to the very address that was checked, and asks for a certificate of the name."""

    def get_connection_with_tls_context(self, request: Any, verify: Any, *_args: Any, **_options: Any) -> Any:
        parts = urlsplit(request.url)
        host, port = parts.hostname or "", parts.port or 443
        address = check_address(host, port, usual_ports=HTTPS_PORTS)
        named: dict[str, Any] = {
            "assert_hostname": host,
            "server_hostname": host,
            "cert_reqs": "CERT_REQUIRED",
        }
        pool = HTTPSConnectionPool(address, port, maxsize=1, ca_certs=verify, retries=False, **named)
        pool.ConnectionCls = _Watched
        return pool

    def send(self, request: requests.PreparedRequest, *_args: Any, **_options: Any) -> requests.Response:
        request.headers["Host"] = urlsplit(request.url or "").netloc
        verify = str(settings.OUTBOUND_CA_FILE or certifi.where())
        try:
            with _deadline():
                response = super().send(request, stream=True, timeout=LONGEST_WAIT, verify=verify)
                response._content = _read(response)
        except (Forbidden, OSError) as error:
            if isinstance(error, requests.RequestException):
                raise
            raise requests.ConnectionError(str(error)) from None
        return response


def _read(response: requests.Response) -> bytes:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise requests.exceptions.ContentDecodingError("it sends a compressed answer that nobody asked for")
    content = b""
    try:
        for chunk in response.iter_content(64 * 1024):
            content += chunk
            if len(content) > LONGEST_ANSWER:
                raise requests.exceptions.ContentDecodingError(
                    f"the answer is longer than {LONGEST_ANSWER} bytes"
                )
    finally:
        response.close()
    return content


class _Deadline:
    """A socket's own time limit counts each read alone; somebody who sends a byte a second would never reach it."""

    def __init__(self) -> None:
        self.passed = False
        self._handle: socket.socket | None = None
        self._timer = threading.Timer(LONGEST_WAIT, self._cut)
        self._timer.daemon = True

    def watch(self, connected: socket.socket) -> None:
        """From now on. A handle of its own: the connection closes its socket while the answer is still being read."""
        self._handle = connected.dup()
        self._timer.start()

    def over(self) -> None:
        self._timer.cancel()
        if self._handle is not None:
            self._handle.close()

    def _cut(self) -> None:
        self.passed = True
        with contextlib.suppress(OSError):  # it was over already
            if self._handle is not None:
                self._handle.shutdown(socket.SHUT_RDWR)


_of_thread = threading.local()


@contextlib.contextmanager
def _deadline() -> Iterator[None]:
    """What was cut may look like an answer that ended: only the deadline itself knows that it passed."""
    deadline = _of_thread.deadline = _Deadline()
    try:
        yield
    except Exception:
        if not deadline.passed:
            raise
    finally:
        deadline.over()
    if deadline.passed:
        raise requests.Timeout(f"no whole answer within {LONGEST_WAIT:g} seconds")


class _Watched(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        _of_thread.deadline.watch(connected)
        return connected
