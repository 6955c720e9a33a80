"""How far an invitation came: derived from its times and uses, for one row and for lists."""

from collections.abc import Mapping
from datetime import datetime

from django.db import models
from django.db.models import F, Q

from enrollment.models import Invitation
from enrollment.models.invitation import Sending


class InvitationState(models.TextChoices):
    """In the order of an invitation's life. SENT: a server took the message with its link of now; a link that was shown
    may be anywhere."""

    CREATED = "created", "Created"
    ORDERED = "ordered", "Being sent"
    UNDELIVERED = "undelivered", "Not delivered"
    UNKNOWN = "unknown", "Unknown whether it arrived"
    SENT = "sent", "Sent"
    STARTED = "started", "Started"
    USED = "used", "Used up"
    EXPIRED = "expired", "Expired"
    REVOKED = "revoked", "Revoked"


UNBEGUN = (
    InvitationState.CREATED,
    InvitationState.ORDERED,
    InvitationState.UNDELIVERED,
    InvitationState.UNKNOWN,
    InvitationState.SENT,
)
_BY_SENDING = {
    Sending.ORDERED: InvitationState.ORDERED,
    Sending.FAILED: InvitationState.UNDELIVERED,
    Sending.UNKNOWN: InvitationState.UNKNOWN,
}
_SENT = Q(sent_at__isnull=False) & (Q(renewed_at=None) | Q(sent_at__gte=F("renewed_at")))
_USED = Q(max_uses__isnull=False, uses_spent__gte=F("max_uses"))


def _expired(now: datetime) -> Q:
    return Q(expires_at__isnull=False, expires_at__lte=now)


def in_state(state: InvitationState, now: datetime) -> Q:
    """The condition of the rows in this state; each row is in exactly one."""
    over = Q(revoked_at__isnull=False) | _USED | _expired(now)
    conditions: Mapping[InvitationState, Q] = {
        InvitationState.REVOKED: Q(revoked_at__isnull=False),
        InvitationState.USED: Q(revoked_at=None) & _USED,
        InvitationState.EXPIRED: Q(revoked_at=None) & ~_USED & _expired(now),
        InvitationState.STARTED: ~over & Q(started_at__isnull=False),
        InvitationState.SENT: ~over & Q(started_at=None, sending=Sending.NONE) & _SENT,
        InvitationState.CREATED: ~over & Q(started_at=None, sending=Sending.NONE) & ~_SENT,
        **{each: ~over & Q(started_at=None, sending=sending) for sending, each in _BY_SENDING.items()},
    }
    return conditions[state]


def state_of(invitation: Invitation, now: datetime) -> InvitationState:
    """The same of a row that is at hand."""
    if invitation.revoked_at:
        return InvitationState.REVOKED
    if invitation.max_uses is not None and invitation.uses_spent >= invitation.max_uses:
        return InvitationState.USED
    if invitation.expires_at and invitation.expires_at <= now:
        return InvitationState.EXPIRED
    if invitation.started_at:
        return InvitationState.STARTED
    sent = InvitationState.SENT if _link_was_sent(invitation) else InvitationState.CREATED
    return _BY_SENDING.get(Sending(invitation.sending), sent)


def _link_was_sent(invitation: Invitation) -> bool:
    """The one of now."""
    sent, renewed = invitation.sent_at, invitation.renewed_at
    return sent is not None and (renewed is None or sent >= renewed)


def open_now(now: datetime) -> Q:
    """Neither revoked, nor used up, nor expired: it can be sent, extended, printed."""
    return Q(revoked_at=None) & ~_USED & ~_expired(now)


def unused(now: datetime) -> Q:
    """Nobody began with it yet, and somebody still can."""
    return open_now(now) & Q(uses_held=0, uses_spent=0)
