"""Which rows go at which age, in the order in which they can: first what protects others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from enrollment.models import (
    AccessCode,
    AgreementAcceptance,
    Certificate,
    Challenge,
    Command,
    Delivery,
    Device,
    Enrollment,
    Event,
    HandOver,
    Identity,
    Invitation,
    IssuedProfile,
    MessageCount,
    SamlRoundTrip,
    SeenSamlMessage,
    Status,
)
from sites_config.models import LoggedChange

Rows = QuerySet[Any]
# Nothing enrolled, and nothing can go on; written out as the condition of the index says it.
CAME_TO_NOTHING = (Status.EXPIRED, Status.FAILED, Status.INSTRUCTED)
OVER = (*CAME_TO_NOTHING, Status.SUPERSEDED, Status.CHECKED_OUT)


@dataclass(frozen=True)
class Rule:
    """``kind``: whose days count; ``age``: the indexed column they count from, a time or a day. ``remove`` gets rows
    of one batch.

    ``only`` is what the index is for; ``unless`` is asked of each batch, so that a batch is found by the index alone.
    """

    kind: str
    what: str
    model: type[Model]
    age: str
    only: Q
    remove: Callable[[Rows], int]
    unless: Q | None = None

    def candidates(self) -> Rows:
        found: Rows = self.model._default_manager.filter(self.only)
        return found

    def rows(self) -> Rows:
        return self.candidates() if self.unless is None else self.candidates().exclude(self.unless)


def _delete(rows: Rows) -> int:
    """Of the model itself; what goes with a row is not counted."""
    return int(rows.delete()[1].get(rows.model._meta.label, 0))


def _erase_bytes(rows: Rows) -> int:
    return rows.update(body_encrypted=None)


def _blank_answers(rows: Rows) -> int:
    return rows.update(answers={}, claimed={})


def _with_challenges(rows: Rows) -> int:
    """The certificate, then the challenge that it was issued for, with its profile."""
    challenges = list(rows.values_list("challenge", flat=True))
    removed = _delete(rows)
    IssuedProfile.objects.filter(challenge__in=challenges).delete()
    return removed


def _unused_profiles(rows: Rows) -> int:
    """A challenge goes with its profile."""
    return _delete(IssuedProfile.objects.filter(challenge__in=list(rows.values_list("pk", flat=True))))


def _with_histories(rows: Rows) -> int:
    """The page of all changes, and the histories of the rows that they are about."""
    LogEntry.objects.filter(pk__in=list(rows.exclude(entry=None).values_list("entry", flat=True))).delete()
    return _delete(rows)


def _knows(model: type[Model], source: str, external_id: str) -> Q:
    return Q(
        Exists(
            model._default_manager.filter(
                **{source: OuterRef("source"), external_id: OuterRef("external_id")}
            )
        )
    )


def _of(model: type[Model], column: str) -> Exists:
    return Exists(model._default_manager.filter(**{column: OuterRef("pk")}))


# An acceptance is a proof, and without its row a certificate that is valid by its dates would be an unknown one.
_KEPT = Q(_of(AgreementAcceptance, "enrollment")) | Q(_of(Certificate, "enrollment"))
_BLANK = Q(answers={}, claimed={})
_CAME_TO_NOTHING = Q(status__in=CAME_TO_NOTHING)
_IN_USE = (
    _knows(Device, "assigned_source", "assigned_external_id")
    | _knows(Enrollment, "assigned_source", "assigned_external_id")
    | _knows(Enrollment, "signed_in_source", "signed_in_id")
)
_GOES_ON = Q(enrollment__isnull=False) & ~Q(enrollment__status__in=OVER)

RULES = (
    Rule(
        "certificates", "revoked certificates", Certificate, "not_after", Q(revoked_at__isnull=False),
        _with_challenges,
    ),
    Rule("tokens", "bytes of profiles", IssuedProfile, "expires_at", Q(body_encrypted__isnull=False), _erase_bytes),
    Rule("tokens", "unused challenges", Challenge, "valid_until", Q(used_at__isnull=True), _unused_profiles),
    Rule("tokens", "hand-overs", HandOver, "expires_at", Q(), _delete),
    Rule("tokens", "short codes", AccessCode, "expires_at", Q(), _delete),
    Rule("tokens", "ways to SAML providers", SamlRoundTrip, "expires_at", Q(), _delete),
    Rule("tokens", "seen SAML messages", SeenSamlMessage, "forget_at", Q(), _delete),
    Rule("enrollments", "attempts", Enrollment, "ends_at", _CAME_TO_NOTHING, _delete, _KEPT),
    Rule(
        "enrollments", "answers of attempts that are kept", Enrollment, "ends_at", _CAME_TO_NOTHING, _blank_answers,
        ~_KEPT | _BLANK,
    ),
    Rule(
        "enrollments", "devices without an enrollment", Device, "last_seen_at", Q(enrollment__isnull=True), _delete,
        Q(_of(Enrollment, "device")),
    ),
    Rule("commands", "commands", Command, "answered_at", Q(answered_at__isnull=False), _delete),
    Rule("identities", "identities that nothing names", Identity, "last_seen_at", Q(), _delete, _IN_USE),
    Rule("audit", "changes in the administration", LoggedChange, "at", Q(), _with_histories),
    Rule("events", "events", Event, "at", Q(), _delete, _GOES_ON),
    Rule("messages", "messages", Delivery, "done_at", Q(), _delete),
    Rule("messages", "counts of messages", MessageCount, "day", Q(), _delete),
    Rule(
        "invitations", "expired invitations", Invitation, "expires_at", Q(revoked_at__isnull=True), _delete,
        Q(_of(Enrollment, "invitation")),
    ),
    Rule(
        "invitations", "revoked invitations", Invitation, "revoked_at", Q(), _delete, Q(_of(Enrollment, "invitation"))
    ),
)  # fmt: skip
