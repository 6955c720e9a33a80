"""The application over real TLS, in a thread of the test process: what phones and browsers talk to."""

import ipaddress
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.core.servers.basehttp import ThreadedWSGIServer
from django.core.wsgi import get_wsgi_application
from django.test.testcases import QuietWSGIRequestHandler

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

HOSTS = ("alpha.test", "beta.test", "localhost")
# The second one is the domain controller's, whose ports can't be changed.
LOOPBACK = ("127.0.0.1", "127.18.2.1")


class TestAuthority:
    """A certificate authority for TLS and one server certificate for every host of the tests."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._certificate("Test root", self.key.public_key(), ca=True)
        self.root_pem = self.root.public_bytes(Encoding.PEM)
        server_key = ec.generate_private_key(ec.SECP256R1())
        server = self._certificate("Test server", server_key.public_key(), ca=False)
        self.root_file, self.certificate_file = folder / "root.pem", folder / "server.pem"
        self.key_file = folder / "server.key"
        self.root_file.write_bytes(self.root_pem)
        self.certificate_file.write_bytes(server.public_bytes(Encoding.PEM))
        self.key_file.write_bytes(server_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    def _certificate(self, name: str, public_key: ec.EllipticCurvePublicKey, *, ca: bool) -> x509.Certificate:
        now = datetime.now(UTC)
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test root")])
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(issuer)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if not ca:
            names = [x509.DNSName(host) for host in HOSTS]
            builder = builder.add_extension(
                x509.SubjectAlternativeName([*names, *map(_address, LOOPBACK)]), critical=False
            )
            builder = builder.add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
            )
        return builder.sign(self.key, SHA256())


def _address(text: str) -> x509.IPAddress:
    return x509.IPAddress(ipaddress.ip_address(text))


class _TlsServer(ThreadedWSGIServer):
    """The handshake happens in the connection's own thread, so that a silent client holds up nobody."""

    context: ssl.SSLContext
    daemon_threads = True

    def process_request_thread(self, request, client_address):  # type: ignore[no-untyped-def]
        try:
            request = self.context.wrap_socket(request, server_side=True)
        except OSError:
            self.shutdown_request(request)
            return
        super().process_request_thread(request, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no error of the test."""


class _Handler(QuietWSGIRequestHandler):
    def get_environ(self) -> dict[str, str]:
        # What the proxy in front says; the settings of the tests trust it.
        return super().get_environ() | {"HTTP_X_FORWARDED_PROTO": "https"}


class LiveServer:
    """``url("alpha.test")`` is the address of a host of the tests; every one of them leads to the loopback."""

    def __init__(self, authority: TestAuthority, application: "WSGIApplication | None" = None) -> None:
        self.authority = authority
        self._server = _TlsServer(("127.0.0.1", 0), _Handler, connections_override={})
        self._server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server.context.load_cert_chain(authority.certificate_file, authority.key_file)
        self._server.set_app(application or get_wsgi_application())
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    def url(self, host: str = "alpha.test", path: str = "/") -> str:
        return f"https://{host}:{self.port}{path}"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
