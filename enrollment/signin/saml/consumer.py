"""The assertion consumer service: what came back from a provider waits for the browser that was sent there."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from enrollment.actions import saml_round_trips
from enrollment.actions.enrollments import SignIn
from enrollment.actions.saml_round_trips import AlreadyReturned
from enrollment.directories.entry import Entry, Group
from enrollment.models import Enrollment, SamlIdentityProvider, SamlRoundTrip, SignInMethod
from enrollment.signin.entries import signed_in
from enrollment.signin.failures import Reason, SignInFailed
from enrollment.signin.saml.person import entry_of
from enrollment.signin.saml.response import verify
from sites_config.http import SiteRequest

log = logging.getLogger("gatehouse.signin")
LONGEST_RELAY_STATE = 80  # characters, SAML Bindings, 3.5.3
AT_ONCE, LONGEST_QUEUE = 2, 5.0  # seconds; of this process
_slots = threading.BoundedSemaphore(AT_ONCE)


def consume(request: SiteRequest, row: SamlIdentityProvider) -> str:
    """Where the browser fetches what came of it, a path. Raises SignInFailed for nobody's way back."""
    now = timezone.now()
    relay_state = request.POST.get("RelayState", "")
    consumer_url = request.build_absolute_uri(request.path)
    trip = None
    if 0 < len(relay_state) <= LONGEST_RELAY_STATE:
        trip = saml_round_trips.under_way(row, relay_state, consumer_url, now=now)
    if trip is None or not saml_round_trips.count_try(trip):
        raise SignInFailed(Reason.OVER, f"{row}: no such RelayState under way")
    try:
        ticket = _outcome(row, trip, request.POST.get("SAMLResponse", ""))
    except AlreadyReturned:
        raise SignInFailed(Reason.OVER, f"{row}: this way or this assertion was used before") from None
    return f"/enroll/{trip.enrollment.public_id}/signed-in?ticket={ticket}"


@contextmanager
def _one_of_few(row: SamlIdentityProvider) -> Iterator[None]:
    """A long answer is a second's work: strangers must not keep every thread at it. Raises SignInFailed."""
    if not _slots.acquire(timeout=LONGEST_QUEUE):
        raise SignInFailed(Reason.UNREACHABLE, f"{row}: too many answers at once")
    try:
        yield
    finally:
        _slots.release()


def _outcome(row: SamlIdentityProvider, trip: SamlRoundTrip, sent: str) -> str:
    now = timezone.now()
    try:
        with _one_of_few(row):
            verified = verify(row, trip, sent, now=now)
        who = entry_of(row, verified)
    except SignInFailed as failure:
        log.warning("nobody was logged in, reference %s: %s", trip.enrollment.reference, failure)
        return saml_round_trips.fail(trip, {"failed": failure.reason}, now=now)
    return saml_round_trips.finish(
        trip,
        {"entry": asdict(who)},
        assertion_id=verified.assertion_id,
        forget_at=verified.forget_at,
        session=verified.session,
        now=now,
    )


def fetch(enrollment: Enrollment, ticket: str) -> SignIn:
    """Who signed in, once for each ticket; the caller has checked the browser key. Raises SignInFailed."""
    outcome: Any = saml_round_trips.take(enrollment, ticket, now=timezone.now())
    if outcome is None:
        raise SignInFailed(Reason.OVER, "no such ticket", enrollment=enrollment.public_id)
    if "failed" in outcome:
        raise SignInFailed(Reason(outcome["failed"]), "see the line before", enrollment=enrollment.public_id)
    facts = outcome["entry"]
    groups = tuple(Group(**each) for each in facts.pop("groups"))
    return signed_in(SignInMethod.SAML, Entry(groups=groups, **facts))
