"""A real SMTP server on the loopback (aiosmtpd), which can be told to be rude."""

import email
import email.policy
import socket
import threading
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class SmtpServer:
    """Keeps what it took in ``mails``. What it says to a recipient can be set before: ``rude["x@y"] = "550 No"``.

    ``greets``: what it says to a sender. ``says``: what it says to the content.
    ``meanwhile``: happens while it reads a mail.
    ``dies_after``: so many mails are taken; of the next one the content is read, and then the line is cut.
    ``hold``: the answer to the content waits for it; ``held`` is set when one waits.
    """

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.rude: dict[str, str] = {}
        self.meanwhile: Callable[[], object] = lambda: None
        self.greets = ""
        self.says = "250 Taken"
        self.dies_after: int | None = None
        self.hold: threading.Event | None = None
        self.held = threading.Event()
        self._controller: Controller | None = None
        self.port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """At the same port as before, if there was one."""
        self._controller = _Controller(
            self, hostname="127.0.0.1", port=self.port, server_hostname="mail.test"
        )
        self._controller.start()
        self.port = self._controller.bound_port

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def to(self, recipient: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == recipient]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.greets:
            return self.greets
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.rude:
            return self.rude[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.meanwhile()
        if self.dies_after is not None and len(self.mails) >= self.dies_after:
            assert server.transport is not None
            server.transport.close()
            return "421 Gone"
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(email.message_from_bytes(content, policy=email.policy.default))
        if self.hold is not None:
            self.held.set()
            await server.loop.run_in_executor(None, self.hold.wait, 60)
        return self.says


class _Controller(Controller):
    """On a port that is free."""

    def __init__(self, handler: SmtpServer, **options: Any) -> None:
        super().__init__(handler, ready_timeout=10, **options)

    def _trigger_server(self) -> None:
        with socket.create_connection(("127.0.0.1", self.bound_port), timeout=5) as connection:
            connection.recv(200)

    @property
    def bound_port(self) -> int:
        listening: Any = self.server
        return int(listening.sockets[0].getsockname()[1])
