"""SMTP with an end to it: smtplib's time limit counts each read alone, and a server that says a letter a second would
never reach it."""

import io
import smtplib
import time
from collections.abc import Iterator
from typing import Any

SECONDS = 20  # for one wait
WHOLE = 90  # seconds for one mail, from connecting to the answer to its content: less than its lease
IN_ONE_WRITE = 16 * 1024  # bytes; with TLS, each record is a wait of its own


class TooSlow(OSError):
    """The mail's time is over."""

    def __init__(self) -> None:
        super().__init__(f"it took longer than {WHOLE} seconds in all")


class TimedSmtp(smtplib.SMTP):
    """The time of a first mail begins with the connection, that of each further one with ``next_mail``."""

    def __init__(self, host: str, port: int, **options: Any) -> None:
        self.next_mail()
        super().__init__(host, port, timeout=SECONDS, **options)

    def next_mail(self) -> None:
        self._ends_at = time.monotonic() + WHOLE

    @property
    def late(self) -> bool:
        return time.monotonic() >= self._ends_at

    def left(self) -> float:
        """Seconds for the next wait. Raises TooSlow."""
        seconds = self._ends_at - time.monotonic()
        if seconds <= 0:
            raise TooSlow
        return min(SECONDS, seconds)

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None:
            self.file = io.BufferedReader(_Replies(self))
        return super().getreply()

    def send(self, s: Any) -> None:
        for piece in _pieces(s):
            if self.sock is not None:
                self.sock.settimeout(self.left())
            super().send(piece)


class TimedSmtps(TimedSmtp, smtplib.SMTP_SSL):
    """TLS from the first byte."""


class _Replies(io.RawIOBase):
    """What the server says, read no longer than is left at each read."""

    def __init__(self, smtp: TimedSmtp) -> None:
        super().__init__()
        self._smtp = smtp

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        connected: Any = self._smtp.sock
        connected.settimeout(self._smtp.left())
        try:
            received: int = connected.recv_into(buffer)
        except TimeoutError:
            self._smtp.left()  # says which time it was
            raise
        return received


def _pieces(content: str | bytes) -> Iterator[str | bytes]:
    """At least one, which may be empty."""
    for begin in range(0, max(1, len(content)), IN_ONE_WRITE):
        yield content[begin : begin + IN_ONE_WRITE]
