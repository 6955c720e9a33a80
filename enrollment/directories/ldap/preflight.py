"""Reaches a server before libldap does: libldap waits for ever in a TLS handshake that nobody answers."""

import socket
import ssl
from dataclasses import dataclass, field

# RFC 4511, 4.12, and RFC 4513, 3: ExtendedRequest with the OID of StartTLS, message id 1.
STARTTLS_REQUEST = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
ANSWER_LENGTH = 4096
RESULT_SUCCESS = b"\x0a\x01\x00"  # ENUMERATED 0, resultCode success


class Unreachable(Exception):
    """The text says why, for administrators: refused, silent, a certificate that nobody here trusts."""


@dataclass(frozen=True)
class Endpoint:
    """``ca_pem``: the authorities to trust, "" for the public ones; the client's files are paths of PEM files or ""."""

    host: str
    port: int
    starttls: bool
    ca_pem: str = ""
    client_certificate: str = ""
    client_key: str = field(default="", repr=False)


def check(endpoint: Endpoint, *, timeout: float) -> None:
    """Raises Unreachable. ``timeout``: seconds, for connecting and for the handshake each."""
    try:
        with socket.create_connection((endpoint.host, endpoint.port), timeout) as connection:
            connection.settimeout(timeout)
            if endpoint.starttls:
                _start_tls(connection)
            with _context(endpoint).wrap_socket(connection, server_hostname=endpoint.host):
                return
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(f"certificate verify failed: {error.verify_message}") from None
    except TimeoutError:
        raise Unreachable(f"no answer within {timeout:g} seconds") from None
    except (ssl.SSLError, OSError) as error:
        raise Unreachable(error.strerror or str(error)) from None


def _start_tls(connection: socket.socket) -> None:
    connection.sendall(STARTTLS_REQUEST)
    if RESULT_SUCCESS not in connection.recv(ANSWER_LENGTH):
        raise Unreachable("the server refuses StartTLS")


def _context(endpoint: Endpoint) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cadata=endpoint.ca_pem or None)
        if endpoint.client_certificate:
            context.load_cert_chain(endpoint.client_certificate, endpoint.client_key)
    except (ssl.SSLError, ValueError, OSError) as error:
        raise Unreachable(f"the certificates given here can't be used: {error}") from None
    return context
