"""One mail over SMTP (RFC 5321), with the one question that a queue has to answer: did the server take it?"""

import re
import smtplib
import ssl
from collections.abc import Callable, Container

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.message import sanitize_address

from enrollment.outbox.timed_smtp import TimedSmtp, TimedSmtps
from sites_config.environment import MailServer

NOT_BEGUN = "It was taken back, or its time was over, before the content left."
DJANGOS_OWN = "django.core.mail.backends."
IN_ONE_CONNECTION = 50  # mails; servers end one that goes on for ever
_GO_AHEAD = 354
_DONE = range(200, 300)  # the first digit tells (RFC 5321, 4.2.1)
_LINE_WITH_DOT = re.compile(rb"(?m)^\.")


class TryLater(Exception):
    """Nothing was handed over, or the server said "not now" (4yz)."""


class ServerDown(TryLater):
    """It can't be reached or doesn't let us in: so it would be for the next mail too."""


class Refused(Exception):
    """The server said no for good (5yz)."""


class NoAnswer(Exception):
    """The content was handed over, and the connection broke before the server said whether it took it."""


class SmtpMailer:
    """One connection for many mails, opened when the first goes; a broken one is opened anew for the next."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._smtp: TimedSmtp | None = None
        self._left = 0

    def __enter__(self) -> "SmtpMailer":
        return self

    def __exit__(self, *_error: object) -> None:
        self._close()

    def send(self, mail: EmailMultiAlternatives, on_content: Callable[[], bool]) -> None:
        """``on_content`` is asked when the server waits for the content (after 354): False leaves it at that.

        Raises TryLater, Refused, NoAnswer.
        """
        content = _content(mail)
        smtp = self._announced(mail.to)
        if not on_content():
            self._close()  # between 354 and the content there is no other way back
            raise TryLater(NOT_BEGUN)
        try:
            smtp.send(_LINE_WITH_DOT.sub(b"..", content))
            smtp.send(b"" if content.endswith(b"\r\n") else b"\r\n")
            smtp.send(b".\r\n")
            code, words = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            raise NoAnswer(f"The connection broke after the content was sent: {_said(error)}") from None
        if code in _DONE:
            return
        self._close()
        if not 400 <= code < 600:
            raise NoAnswer(f"The server's answer to the content means nothing: {_words(code, words)}")
        _check(code, words, _DONE)

    def _announced(self, recipients: list[str]) -> TimedSmtp:
        """The connection, with the server waiting for the content."""
        smtp = self._connected()
        try:
            code, words = smtp.mail(settings.DEFAULT_FROM_EMAIL)
            if code not in _DONE:  # no to the sender is no to every mail, until somebody sets it right
                raise ServerDown(f"{self._where}: {_words(code, words)}")
            for recipient in recipients:
                _check(*smtp.rcpt(sanitize_address(recipient, "utf-8")), _DONE)
            _check(*smtp.docmd("DATA"), (_GO_AHEAD,))
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            why = f"{self._where}: {_said(error)}"
            # Too slow for this mail, it is for the next: nobody's time is to be spent on it mail by mail.
            raise ServerDown(why) if smtp.late else TryLater(why) from None
        except (Refused, TryLater):
            self._close()
            raise
        return smtp

    @property
    def _where(self) -> str:
        return f"{self._server.host}:{self._server.port}"

    def _connected(self) -> TimedSmtp:
        if self._left <= 0:
            self._close()
        smtp = self._smtp
        if smtp is None:
            try:
                smtp = self._smtp = _opened(self._server)
            except (OSError, smtplib.SMTPException) as error:
                raise ServerDown(f"{self._where}: {_said(error)}") from None
            self._left = IN_ONE_CONNECTION
        else:
            smtp.next_mail()
        self._left -= 1
        return smtp

    def _close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


class DjangoMailer:
    """Through another of Django's backends, such as the one that writes files. What Django's own raise was not sent; of
    any other's errors nobody knows."""

    def __enter__(self) -> "DjangoMailer":
        return self

    def __exit__(self, *_error: object) -> None:
        return

    def send(self, mail: EmailMultiAlternatives, on_content: Callable[[], bool]) -> None:
        if not on_content():
            raise TryLater(NOT_BEGUN)
        try:
            taken = get_connection().send_messages([mail])
        except OSError as error:
            known = settings.EMAIL_BACKEND.startswith(DJANGOS_OWN)
            raise (TryLater if known else NoAnswer)(_said(error)) from None
        if not taken:  # Django's contract: the number of those that were sent
            raise NoAnswer("The e-mail backend did not say that it took the mail.")


def _opened(server: MailServer) -> TimedSmtp:
    context = ssl.create_default_context()
    if server.tls:
        smtp: TimedSmtp = TimedSmtps(server.host, server.port, context=context)
    else:
        smtp = TimedSmtp(server.host, server.port)
    try:
        if server.starttls:
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, server.password)
        smtp.ehlo_or_helo_if_needed()
    except BaseException:
        smtp.close()
        raise
    return smtp


def mailer() -> SmtpMailer | DjangoMailer:
    """By ``GATEHOUSE_EMAIL_BACKEND``."""
    if settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend"):
        return SmtpMailer(settings.MAIL_SERVER)
    return DjangoMailer()


def _content(mail: EmailMultiAlternatives) -> bytes:
    try:
        written: bytes = mail.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's takes it
    except UnicodeError:
        raise Refused("The address has characters that mail servers do not take.") from None
    return written


def _words(code: int, words: bytes) -> str:
    return f"{code} {words.decode('ascii', 'replace')}"


def _check(code: int, words: bytes, good: Container[int]) -> None:
    if code in good:
        return
    said = _words(code, words)
    raise Refused(said) if 500 <= code < 600 else TryLater(said)


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {error.smtp_error!r}"
    return str(error) or type(error).__name__
