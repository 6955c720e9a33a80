"""The mail server: connected to and greeted as configured, with TLS and log-in; no mail is sent."""

import contextlib
import smtplib
from collections.abc import Iterator

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend

from enrollment.doctor.deadline import within
from enrollment.doctor.finding import Asked, Finding, State

SECONDS = 30.0
TODO = "look at GATEHOUSE_MAIL_URL, and whether the server takes mail from here"


def mail(_asked: Asked) -> Iterator[Finding]:
    backend = get_connection()
    if not isinstance(backend, EmailBackend):
        text = f"mails go to {settings.EMAIL_BACKEND}, not to a mail server"
        yield Finding(
            State.WARNING, text, todo="leave GATEHOUSE_EMAIL_BACKEND out where people shall get mail"
        )
        return
    yield from within(SECONDS, [("", lambda: _greeted(backend))])


def _greeted(backend: EmailBackend) -> Finding:
    where = f"{backend.host}:{backend.port}"
    try:
        backend.open()
        code = backend.connection.ehlo()[0] if backend.connection else 0
    except (OSError, smtplib.SMTPException) as error:
        # The demonstration is shown on machines without one.
        state = State.WARNING if settings.DEMO else State.FAILED
        return Finding(state, f"{where} can't be used: {' '.join(str(error).split())}", todo=TODO)
    finally:
        with contextlib.suppress(OSError):
            backend.close()  # also what failed after it had connected
    if code != 250:
        return Finding(State.FAILED, f"{where} answers EHLO with {code}", todo=TODO)
    tls = ", with TLS" if backend.use_tls or backend.use_ssl else ", in clear"
    return Finding(State.OK, f"{where} answers{tls}{', and lets us log in' if backend.username else ''}")
