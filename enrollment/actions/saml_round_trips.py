"""To a SAML identity provider and back: each way is gone once, and so is each assertion."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Case, F, QuerySet, When

from enrollment.actions.tokens import digest, new_token
from enrollment.models import (
    Enrollment,
    SamlIdentityProvider,
    SamlRoundTrip,
    SeenSamlMessage,
    SignInMethod,
)
from enrollment.models.moves import OPEN
from sites_config.secrets import decrypt, encrypt

LIVES = timedelta(hours=1)
TICKET_LIVES = timedelta(minutes=2)
MOST_TRIES = 10


@dataclass(frozen=True)
class Session:
    """At the provider. ``xml``: the NameID as it came, with its qualifiers; ``index``: "" where there is none."""

    name_id: str
    xml: str
    index: str


class AlreadyReturned(Exception):
    """By this way somebody came back before, or the assertion was shown before."""


def begin(
    provider: SamlIdentityProvider,
    enrollment: Enrollment,
    *,
    relay_state: str,
    request_id: str,
    consumer_url: str,
    now: datetime,
) -> None:
    SamlRoundTrip.objects.create(
        site_id=enrollment.site_id,
        provider=provider,
        enrollment=enrollment,
        relay_state_sha256=digest(relay_state),
        request_id=request_id,
        consumer_url=consumer_url,
        begun_at=now,
        expires_at=now + LIVES,
    )


def under_way(
    provider: SamlIdentityProvider, relay_state: str, consumer_url: str, *, now: datetime
) -> SamlRoundTrip | None:
    """Whoever knows the RelayState was sent there from here, or saw it on the way; nothing more."""
    rows = SamlRoundTrip.objects.select_related("enrollment")
    return rows.filter(
        relay_state_sha256=digest(relay_state),
        provider=provider,
        consumer_url=consumer_url,
        expires_at__gt=now,
    ).first()


def count_try(trip: SamlRoundTrip) -> bool:
    """Before anything is done about an answer: looking at one takes its time. False: there were enough."""
    rows = SamlRoundTrip.objects.filter(pk=trip.pk, returned_at=None, tries__lt=MOST_TRIES)
    return bool(rows.update(tries=F("tries") + 1))


def finish(
    trip: SamlRoundTrip,
    outcome: Mapping[str, Any],
    *,
    assertion_id: str,
    forget_at: datetime,
    session: Session,
    now: datetime,
) -> str:
    """The ticket for ``outcome``. Raises AlreadyReturned."""
    ticket = new_token()
    columns = _waiting(outcome, ticket, now) | {
        "returned_at": now,
        "session_encrypted": encrypt(json.dumps(asdict(session)).encode()),
        "name_id_sha256": digest(session.name_id),
        "session_index_sha256": digest(session.index),
    }
    try:
        with transaction.atomic():
            if not SamlRoundTrip.objects.filter(pk=trip.pk, returned_at=None).update(**columns):
                raise AlreadyReturned
            remember_message(trip.provider_id, assertion_id, forget_at=forget_at, now=now)
    except IntegrityError:
        raise AlreadyReturned from None
    return ticket


def fail(trip: SamlRoundTrip, outcome: Mapping[str, Any], *, now: datetime) -> str:
    """The ticket for what went wrong; the way stays open, for the answer that is right. Raises AlreadyReturned."""
    ticket = new_token()
    if not SamlRoundTrip.objects.filter(pk=trip.pk, returned_at=None).update(
        **_waiting(outcome, ticket, now)
    ):
        raise AlreadyReturned
    return ticket


def _waiting(outcome: Mapping[str, Any], ticket: str, now: datetime) -> dict[str, Any]:
    return {
        "outcome_encrypted": encrypt(json.dumps(outcome).encode()),
        "ticket_sha256": digest(ticket),
        "ticket_expires_at": now + TICKET_LIVES,
    }


def take(enrollment: Enrollment, ticket: str, *, now: datetime) -> Any:
    """What the ticket is for, once; else None. The caller has checked whose enrollment it is."""
    waiting = SamlRoundTrip.objects.filter(
        enrollment=enrollment, ticket_sha256=digest(ticket), ticket_expires_at__gt=now
    )
    outcome = waiting.values_list("outcome_encrypted", flat=True).first()
    if outcome is None or not waiting.update(ticket_sha256=b"", outcome_encrypted=b""):
        return None
    return json.loads(decrypt(outcome))


def session_of(enrollment: Enrollment) -> tuple[SamlIdentityProvider, Session] | None:
    """The one by which its person signed in last."""
    trips = SamlRoundTrip.objects.select_related("provider").filter(enrollment=enrollment)
    last = trips.exclude(returned_at=None).order_by("-returned_at").first()
    if last is None:
        return None
    return last.provider, Session(**json.loads(decrypt(last.session_encrypted)))


def begun_in(provider: SamlIdentityProvider, name_id: str, indexes: Sequence[str]) -> QuerySet[Enrollment]:
    """Enrollments whose person signed in by one of these sessions, those that can still end first; without ``indexes``
    by any of theirs."""
    trips = SamlRoundTrip.objects.filter(provider=provider, name_id_sha256=digest(name_id))
    if indexes:
        trips = trips.filter(session_index_sha256__in=[digest(each) for each in indexes])
    found = Enrollment.objects.filter(
        pk__in=trips.values("enrollment"), signed_in_with=SignInMethod.SAML, signed_in_source=provider.source
    )
    return found.order_by(Case(When(status__in=OPEN, then=0), default=1), "-pk")


def remember_message(provider_id: int, message_id: str, *, forget_at: datetime, now: datetime) -> None:
    """Raises IntegrityError for one that was seen before: call it in a transaction."""
    SeenSamlMessage.objects.filter(provider_id=provider_id, forget_at__lte=now).delete()
    SeenSamlMessage.objects.create(provider_id=provider_id, sha256=digest(message_id), forget_at=forget_at)
