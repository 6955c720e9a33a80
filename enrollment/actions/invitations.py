"""Invitations: made, shown, renewed, extended, revoked, released."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from enrollment.actions import outbox
from enrollment.actions.endings import HELD, WHY_RELEASED, expire
from enrollment.actions.invitation_deliveries import note_sending
from enrollment.actions.many_rows import insert_many, new_keys
from enrollment.actions.tokens import digest, new_token
from enrollment.models import DeliveryKind, Enrollment, Event, EventKind, Invitation
from sites_config.batches import batches
from sites_config.models import SiteConfiguration, User
from sites_config.secrets import decrypt, encrypt

WHY_REVOKED = "invitation revoked"
IN_ONE_TRANSACTION = 500
LAST_MINUTE = time(23, 59)


def create_invitation(*, invitation: Invitation, created_by: User | None, now: datetime) -> str:
    """Saves the given row with a new token and returns the token."""
    token = new_token()
    invitation.token_sha256, invitation.token_encrypted = digest(token), encrypt(token.encode())
    invitation.created_by, invitation.created_at = created_by, now
    with transaction.atomic():
        invitation.save(force_insert=True)
        note(invitation, EventKind.INVITATION_CREATED, now=now, actor=created_by)
    return token


def create_many(
    rows: Sequence[Mapping[str, Any]], *, same: Mapping[str, Any], created_by: User | None, now: datetime
) -> Sequence[int]:
    """The same for thousands, by column as ``insert_many`` takes them, with an event for each; their keys. Call it in a
    transaction."""
    keys = new_keys(Invitation, len(rows))
    made = {"created_by_id": created_by.pk if created_by else None, "created_at": now}
    # One after the other: the database takes them in while the next tokens are made.
    fresh = ({"id": key, **_new_token(), **row} for key, row in zip(keys, rows, strict=True))
    insert_many(Invitation, fresh, same={**same, **made})
    ids = [(same["site_id"], key) for key in keys]
    _note_each(ids, EventKind.INVITATION_CREATED, now=now, actor=created_by, data=None)
    return keys


def _new_token() -> dict[str, bytes]:
    token = new_token()
    return {"token_sha256": digest(token), "token_encrypted": encrypt(token.encode())}


def token_of(invitation: Invitation) -> str:
    """For what sends or prints the link, whose privilege the caller has checked. Raises Undecryptable."""
    return decrypt(invitation.token_encrypted).decode()


def show_link(invitation: Invitation, *, actor: User | None, now: datetime) -> str:
    """The token, for somebody whose privilege the caller has checked; leaves an event."""
    note(invitation, EventKind.INVITATION_LINK_SHOWN, now=now, actor=actor)
    return token_of(invitation)


def renew(
    invitation: Invitation, *, actor: User | None, now: datetime, why: str, seen: datetime | None = None
) -> bool:
    """A new token: whoever has the old link has nothing, and a message that brought it counts no more. Attempts under
    way go on. False: somebody was faster, or it got a new link since it was ``seen``."""
    old = bytes(invitation.token_sha256)
    columns = {**_new_token(), "pin_tries": 0, "renewed_at": now}
    as_seen = not_since(EventKind.INVITATION_RENEWED, seen)
    with transaction.atomic():
        if not Invitation.objects.filter(as_seen, pk=invitation.pk, token_sha256=old).update(**columns):
            return False
        outbox.cancel(Q(invitation=invitation.pk, kind=DeliveryKind.REMINDER), now=now)
        note_sending([invitation.pk])
        note(invitation, EventKind.INVITATION_RENEWED, now=now, actor=actor, data={"why": why})
    for name, value in columns.items():
        setattr(invitation, name, value)
    return True


def extend_many(keys: Sequence[int], last_day: date, *, actor: User | None, now: datetime) -> int:
    """The same for many, to the end of that day where their sites are; the number of those that it was later for."""
    return sum(_extend_some(some, last_day, actor, now) for some in batches(keys, IN_ONE_TRANSACTION))


def _extend_some(keys: Sequence[int], last_day: date, actor: User | None, now: datetime) -> int:
    number = 0
    with transaction.atomic():
        rows = locked(keys, Q(revoked_at=None, expires_at__isnull=False))
        for site in {row.site_id for row in rows}:
            zone = SiteConfiguration.for_site(site).time_zone
            until = datetime.combine(last_day, LAST_MINUTE, tzinfo=zone)
            sooner = [
                row for row in rows if row.site_id == site and row.expires_at and row.expires_at < until
            ]
            Invitation.objects.filter(pk__in=[row.pk for row in sooner]).update(expires_at=until)
            data: dict[str, object] = {"until": until.isoformat(timespec="minutes")}
            note_many(sooner, EventKind.INVITATION_EXTENDED, now=now, actor=actor, data=data)
            number += len(sooner)
    return number


def extend(
    invitation: Invitation,
    until: datetime,
    *,
    actor: User | None,
    now: datetime,
    seen: datetime | None = None,
) -> bool:
    """A later end; an invitation that ended comes to life again. False: it is revoked, ends later or never, or was
    extended since it was ``seen``."""
    sooner = Q(revoked_at=None, expires_at__lt=until) & not_since(EventKind.INVITATION_EXTENDED, seen)
    with transaction.atomic():
        if not locked([invitation.pk], sooner):
            return False
        Invitation.objects.filter(pk=invitation.pk).update(expires_at=until)
        data: dict[str, object] = {"until": until.isoformat(timespec="minutes")}
        note(invitation, EventKind.INVITATION_EXTENDED, now=now, actor=actor, data=data)
    invitation.expires_at = until
    return True


def revoke(invitation: Invitation, *, actor: User | None, now: datetime) -> None:
    """Ends the invitation, and every attempt that has no certificate yet with it."""
    if revoke_many([invitation.pk], actor=actor, now=now):
        invitation.revoked_at = now


def revoke_many(keys: Sequence[int], *, actor: User | None, now: datetime) -> int:
    """The same for many; the number of those that were not revoked before."""
    number = 0
    for some in batches(keys, IN_ONE_TRANSACTION):
        with transaction.atomic():
            rows = locked(some, Q(revoked_at=None))
            Invitation.objects.filter(pk__in=[row.pk for row in rows]).update(revoked_at=now)
            outbox.cancel(Q(invitation__in=[row.pk for row in rows]), now=now)
            note_many(rows, EventKind.INVITATION_REVOKED, now=now, actor=actor)
        holding = Enrollment.objects.filter(HELD, invitation__in=rows)
        _expire_all(holding, HELD, actor=actor, now=now, why=WHY_REVOKED)
        number += len(rows)
    return number


def locked(keys: Sequence[int], condition: Q) -> list[Invitation]:
    """Those of which it holds, in the order in which everybody locks them; call it in a transaction."""
    rows = Invitation.objects.filter(pk__in=keys).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    # Only now: a statement that waits for a lock sees other tables as they were before.
    return list(rows.filter(condition))


def not_since(kind: EventKind, seen: datetime | None) -> Q:
    """Nobody did this since then; None for whenever."""
    if seen is None:
        return Q()
    return ~Q(Exists(Event.objects.filter(invitation=OuterRef("pk"), kind=kind, at__gt=seen)))


def release(invitation: Invitation, *, actor: User | None, now: datetime) -> int:
    """Gives back the uses that attempts without a certificate hold; the number of them."""
    released = _expire_all(_holding(invitation), HELD, actor=actor, now=now, why=WHY_RELEASED)
    if released:
        note(invitation, EventKind.INVITATION_RELEASED, now=now, actor=actor, data={"uses": released})
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


def note(
    invitation: Invitation,
    kind: EventKind,
    *,
    now: datetime,
    actor: User | None = None,
    data: dict[str, object] | None = None,
) -> None:
    """One line of its timeline; call it in the transaction of what it tells."""
    note_many([invitation], kind, now=now, actor=actor, data=data)


def note_many(
    invitations: Iterable[Invitation],
    kind: EventKind,
    *,
    now: datetime,
    actor: User | None,
    data: dict[str, object] | None = None,
) -> None:
    """The same line on each of their timelines."""
    ids = [(each.site_id, each.pk) for each in invitations]
    _note_each(ids, kind, now=now, actor=actor, data=data)


def _note_each(
    ids: Sequence[tuple[int, int]],
    kind: EventKind,
    *,
    now: datetime,
    actor: User | None,
    data: dict[str, object] | None,
) -> None:
    """``ids``: of site and invitation."""
    same = {"kind": kind, "at": now, "actor_id": actor.pk if actor else None, "data": dict(data or {})}
    rows = ({"site_id": site_id, "invitation_id": invitation_id} for site_id, invitation_id in ids)
    insert_many(Event, rows, same=same)
