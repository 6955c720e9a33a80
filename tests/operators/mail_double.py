"""A double of a mail server: greets, names what it can, starts TLS, takes one password. No mail is ever given to it."""

import base64
import contextlib
import socket
import ssl
import threading

from tests.live import TestAuthority

PASSWORD = "mail-password"


class MailDouble:
    """``port``; ``said``: the first word of every command it got, TLS when one was begun."""

    def __init__(self, authority: TestAuthority) -> None:
        self.said: list[str] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(authority.certificate_file, authority.key_file)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._take, daemon=True).start()

    def stop(self) -> None:
        self._listening.close()

    def _take(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connected, _address = self._listening.accept()
                threading.Thread(target=self._serve, args=(connected,), daemon=True).start()

    def _serve(self, connected: socket.socket) -> None:
        with contextlib.suppress(OSError), connected:
            connected.settimeout(20)
            connected.sendall(b"220 mail.test ESMTP\r\n")
            if self._talk(connected) == "STARTTLS":
                with self._context.wrap_socket(connected, server_side=True) as encrypted:
                    self.said.append("TLS")
                    self._talk(encrypted)

    def _talk(self, connected: socket.socket) -> str:
        """Until a command that ends it, which it gives."""
        while line := connected.recv(1000).decode():
            command = line.split()[0].upper()
            self.said.append(command)
            connected.sendall(self._answer(command, line).encode())
            if command in ("STARTTLS", "QUIT"):
                return command
        return ""

    def _answer(self, command: str, line: str) -> str:
        if command == "EHLO":
            return "250-mail.test\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"
        if command == "AUTH":
            given = base64.b64decode(line.split()[2]).decode().split("\0")[-1]
            return "235 welcome\r\n" if given == PASSWORD else "535 5.7.8 no such user\r\n"
        return {"STARTTLS": "220 go on\r\n", "QUIT": "221 bye\r\n"}.get(command, "500 what?\r\n")
