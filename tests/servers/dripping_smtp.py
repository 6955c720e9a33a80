"""A mail server on the loopback that answers a letter at a time where it is told to, and everything else at once."""

import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.live import TestAuthority

PAUSE = 0.05  # seconds between two letters; a line is a second


class DrippingSmtp(socketserver.ThreadingTCPServer):
    """``at``: “greeting”, a command, or “content”. ``seconds``: for so long.

    ``scheme``: smtp, smtps, or smtp+tls, and then the commands after TLS began.
    ``taken``: how many mails it said yes to. ``connections``: how many it had.
    """

    daemon_threads = True

    def __init__(self, at: str, seconds: int, scheme: str, tls: TestAuthority | None) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.at, self.seconds, self.scheme = at, seconds, scheme
        self.taken = self.connections = 0
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if tls is not None:
            self.context.load_cert_chain(tls.certificate_file, tls.key_file)

    @property
    def url(self) -> str:
        return f"{self.scheme}://localhost:{self.server_address[1]}"


class _Talk(socketserver.StreamRequestHandler):
    server: DrippingSmtp

    def handle(self) -> None:
        self.server.connections += 1
        self.in_clear = self.server.scheme != "smtp"
        try:
            if self.server.scheme == "smtps":
                self._begin_tls()
            self._answer("greeting", "220")
            while line := self.rfile.readline():
                self._command(line.split()[0].decode().upper())
        except OSError:  # whoever asked had enough
            return
        finally:
            self.request.close()  # with TLS another one than the server knows of

    def _begin_tls(self) -> None:
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.setup()
        self.in_clear = False

    def _command(self, name: str) -> None:
        if name == "DATA":
            self._answer("DATA", "354")
            while self.rfile.readline() != b".\r\n":
                pass
            self._answer("content", "250")
            self.server.taken += 1
        elif name == "STARTTLS":
            self.wfile.write(b"220 Go ahead\r\n")
            self._begin_tls()
        elif self.in_clear:
            self.wfile.write(b"250-mail.test\r\n250 STARTTLS\r\n")
        else:
            self._answer(name, "250")

    def _answer(self, at: str, code: str) -> None:
        slow = f"{code}-fourteen more.\r\n" * (self.server.seconds if at == self.server.at else 0)
        for letter in slow:
            self.wfile.write(letter.encode())
            threading.Event().wait(PAUSE)
        self.wfile.write(f"{code} OK\r\n".encode())


@contextmanager
def dripping(
    at: str, *, seconds: int, scheme: str = "smtp", tls: TestAuthority | None = None
) -> Iterator[DrippingSmtp]:
    server = DrippingSmtp(at, seconds, scheme, tls)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
