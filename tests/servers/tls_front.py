"""TLS in front of a server that speaks none, on the loopback."""

import contextlib
import socket
import ssl
import threading

from tests.live import TestAuthority


class TlsFront:
    """Ends TLS at ``port`` and passes the bytes on to ``behind``."""

    def __init__(self, authority: TestAuthority, behind: int) -> None:
        self._behind = behind
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(authority.certificate_file, authority.key_file)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._take, daemon=True).start()

    def stop(self) -> None:
        self._listening.close()

    def _take(self) -> None:
        while True:
            try:
                connected, _address = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connected,), daemon=True).start()

    def _serve(self, connected: socket.socket) -> None:
        with connected, contextlib.suppress(OSError):
            connected.settimeout(30)
            with self._context.wrap_socket(connected, server_side=True) as outside:
                # Browsers open connections ahead; behind, each would hold up a process of its own.
                first = outside.recv(64 * 1024)
                if not first:
                    return
                with socket.create_connection(("127.0.0.1", self._behind), 30) as inside:
                    inside.sendall(first)
                    back = threading.Thread(target=_pump, args=(inside, outside), daemon=True)
                    back.start()
                    _pump(outside, inside)
                    back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while content := source.recv(64 * 1024):
            target.sendall(content)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
