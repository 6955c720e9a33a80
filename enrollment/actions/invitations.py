"""Invitations: made, held, spent, returned, revoked, released."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from enrollment.actions.endings import HELD, WHY_RELEASED, expire
from enrollment.actions.tokens import digest, new_token
from enrollment.models import Enrollment, Event, EventKind, Invitation
from sites_config.models import User
from sites_config.secrets import decrypt, encrypt

WHY_REVOKED = "invitation revoked"


def create_invitation(*, invitation: Invitation, created_by: User | None, now: datetime) -> str:
    """Saves the given row with a new token and returns the token."""
    token = new_token()
    invitation.token_sha256 = digest(token)
    invitation.token_encrypted = encrypt(token.encode())
    invitation.created_by, invitation.created_at = created_by, now
    with transaction.atomic():
        invitation.save(force_insert=True)
        _note(invitation, EventKind.INVITATION_CREATED, now=now, actor=created_by)
    return token


def show_link(invitation: Invitation, *, actor: User | None, now: datetime) -> str:
    """The token, for somebody whose privilege the caller has checked; leaves an event."""
    _note(invitation, EventKind.INVITATION_LINK_SHOWN, now=now, actor=actor)
    return decrypt(invitation.token_encrypted).decode()


def revoke(invitation: Invitation, *, actor: User | None, now: datetime) -> None:
    """Ends the invitation, and every attempt that has no certificate yet with it."""
    with transaction.atomic():
        if not Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=now):
            return
        _note(invitation, EventKind.INVITATION_REVOKED, now=now, actor=actor)
    _expire_all(_holding(invitation), HELD, actor=actor, now=now, why=WHY_REVOKED)
    invitation.revoked_at = now


def release(invitation: Invitation, *, actor: User | None, now: datetime) -> int:
    """Gives back the uses that attempts without a certificate hold; the number of them."""
    released = _expire_all(_holding(invitation), HELD, actor=actor, now=now, why=WHY_RELEASED)
    if released:
        _note(invitation, EventKind.INVITATION_RELEASED, now=now, actor=actor, data={"uses": released})
    return released


def give_back_lapsed(invitation: Invitation, *, now: datetime) -> int:
    """Expires the attempts whose time is over; called when a claim finds every use taken, so no sweeper is needed."""
    lapsed = HELD & Q(idle_until__lte=now)
    return _expire_all(_holding(invitation).filter(lapsed), lapsed, actor=None, now=now, why="idle")


@dataclass(frozen=True)
class Opened:
    """An invitation by its link. ``held_since``, ``held_until``: of the latest attempt that holds a use, or None."""

    invitation: Invitation
    held_since: datetime | None
    held_until: datetime | None


def with_token(token: str) -> Opened | None:
    """One query."""
    holding = Enrollment.objects.filter(HELD, invitation=OuterRef("pk")).order_by("-started_at")
    rows = Invitation.objects.annotate(
        held_since=Subquery(holding.values("started_at")[:1]),
        held_until=Subquery(holding.values("idle_until")[:1]),
    )
    found = rows.filter(token_sha256=digest(token)).first()
    return Opened(found, found.held_since, found.held_until) if found else None


def _holding(invitation: Invitation) -> QuerySet[Enrollment]:
    return Enrollment.objects.filter(HELD, invitation=invitation)


def _expire_all(
    enrollments: QuerySet[Enrollment], still: Q, *, actor: User | None, now: datetime, why: str
) -> int:
    """Each in a transaction of its own, enrollment before invitation as everywhere: no two wait in a circle."""
    return sum(expire(enrollment, still, actor=actor, now=now, why=why) for enrollment in enrollments)


def _note(
    invitation: Invitation,
    kind: EventKind,
    *,
    now: datetime,
    actor: User | None,
    data: dict[str, object] | None = None,
) -> None:
    Event.objects.create(
        site_id=invitation.site_id, kind=kind, at=now, invitation=invitation, actor=actor, data=data or {}
    )
