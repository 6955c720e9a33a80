"""This machine's clock beside the database's and beside the one that answers at the public URL.

Certificates begin, challenges end and SAML assertions count by the clock of whichever machine is asked.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial

from django.db import connection
from django.utils import timezone

from enrollment.directories.outbound import LONGEST_WAIT, Session, Unreachable
from enrollment.doctor.addresses import PublicUrl, public_urls
from enrollment.doctor.deadline import within
from enrollment.doctor.finding import Asked, Finding, State

# SAML and TLS forgive a minute at most; a header names whole seconds and travels for some of them.
FAILED_FROM, WARNING_FROM = 60.0, 5.0  # seconds
SECONDS = 2 * LONGEST_WAIT + 4.0
TODO = "let every machine set its clock by NTP"


def clock(asked: Asked) -> Iterator[Finding]:
    yield _of_database()
    urls = public_urls(asked)
    yield from within(SECONDS, [(url.text, partial(_of_url, url)) for url in urls if url.secure])


def _of_database() -> Finding:
    if connection.vendor != "postgresql":
        return Finding(State.OK, "a file on this machine, which has one clock", "database")
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there: datetime = cursor.fetchone()[0]
    return _compared(there, timezone.now(), "database")


def _of_url(url: PublicUrl) -> Finding:
    try:
        with Session() as session:
            answer = session.get(f"{url.text}/healthz")
    except Unreachable as error:
        return Finding(State.WARNING, f"not compared: {error}", url.text, "look at the line of “tls”")
    now = timezone.now()
    if answer.status_code != 200 or answer.text != "ok":
        text = f"not compared: /healthz answers with status {answer.status_code}, which is not Gatehouse's"
        return Finding(State.WARNING, text, url.text, "is the service running behind the proxy?")
    try:
        there = parsedate_to_datetime(answer.headers["Date"])
    except (KeyError, ValueError):
        return Finding(State.WARNING, "not compared: the answer has no Date", url.text)
    return _compared(there if there.tzinfo else there.replace(tzinfo=UTC), now, url.text)


def _compared(there: datetime, here: datetime, subject: str) -> Finding:
    ahead = (there - here).total_seconds()
    apart = abs(ahead)
    if apart < WARNING_FROM:
        return Finding(State.OK, f"less than {WARNING_FROM:g} seconds apart", subject)
    state = State.FAILED if apart >= FAILED_FROM else State.WARNING
    text = f"{apart:.0f} seconds {'ahead of' if ahead > 0 else 'behind'} this machine"
    return Finding(state, text, subject, TODO)
