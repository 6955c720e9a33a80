"""HTTP and TLS of the phone: one connection per request, every exchange kept for the judge."""

from __future__ import annotations

import gzip
import http.client
import ipaddress
import socket
import ssl
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.phone.errors import PhoneError

TIMEOUT = 60  # seconds


@dataclass(frozen=True)
class Request:
    """`caller` is the part of the phone that asks: "Safari", "Settings", "SCEP", "MDM"."""

    caller: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


@dataclass(frozen=True)
class Response:
    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """First value, or "" where the header is missing."""
        return next(iter(self.all_headers(name)), "")

    def all_headers(self, name: str) -> list[str]:
        return [value for known, value in self.headers if known.lower() == name.lower()]

    @property
    def media_type(self) -> str:
        return self.header("Content-Type").partition(";")[0].strip().lower()


def is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass
class Network:
    """`roots`: PEM or DER certificates trusted for TLS, none means the system's own. `addresses`: host name
    to IP address, as a test's DNS. `system_roots` says to trust the system's own besides."""

    roots: Sequence[bytes] = ()
    addresses: Mapping[str, str] = field(default_factory=dict)
    exchanges: list[tuple[Request, Response]] = field(default_factory=list)
    system_roots: bool = False

    def trusting(self, roots: Sequence[bytes]) -> Network:
        """The same network for a client that trusts `roots` besides; exchanges go into the same list."""
        together = (*self.roots, *roots)
        return Network(together, self.addresses, self.exchanges, self.system_roots or not self.roots)

    def send(self, request: Request) -> Response:
        try:
            response = self._exchange(request, urlsplit(request.url))
        except (OSError, http.client.HTTPException) as error:
            cause = f"{request.method} {_without_path(request.url)} got no answer: {error!r}"
            raise PhoneError(request.caller, cause) from error
        self.exchanges.append((request, response))
        return response

    def _exchange(self, request: Request, url: SplitResult) -> Response:
        connection = self._connection(url)
        try:
            target = (url.path or "/") + (f"?{url.query}" if url.query else "")
            connection.request(request.method, target, request.body, dict(request.headers))
            answer = connection.getresponse()
            body = _decoded(answer.read(), answer.getheader("Content-Encoding", ""))
            return Response(request.url, answer.status, tuple(answer.getheaders()), body)
        finally:
            connection.close()

    def _connection(self, url: SplitResult) -> http.client.HTTPConnection:
        if url.scheme not in ("http", "https") or not url.hostname:
            raise http.client.InvalidURL(f"{url.scheme}: is not a web address")
        connection = http.client.HTTPConnection(
            url.hostname, url.port or (443 if url.scheme == "https" else 80)
        )
        connection.default_port = 443 if url.scheme == "https" else 80  # for the Host header
        address = self.addresses.get(url.hostname, url.hostname)
        connection.sock = socket.create_connection((address, connection.port), TIMEOUT)
        if url.scheme == "https":
            connection.sock = self._tls().wrap_socket(connection.sock, server_hostname=url.hostname)
        return connection

    def _tls(self) -> ssl.SSLContext:
        if not self.roots:
            return ssl.create_default_context()
        context = ssl.create_default_context(cadata="".join(to_pem(root) for root in self.roots))
        if self.system_roots:
            context.load_default_certs()
        return context


def to_pem(certificate: bytes) -> str:
    if certificate.lstrip().startswith(b"-----"):
        return certificate.decode("ascii")
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM).decode("ascii")


def to_der(certificate: bytes) -> bytes:
    return x509.load_pem_x509_certificate(to_pem(certificate).encode()).public_bytes(Encoding.DER)


def _without_path(url: str) -> str:
    return "{0.scheme}://{0.netloc}".format(urlsplit(url))  # paths and queries hold tokens


def _decoded(body: bytes, coding: str) -> bytes:
    if coding == "gzip":
        return gzip.decompress(body)
    return zlib.decompress(body) if coding == "deflate" else body
