"""How attempts end before a device is enrolled: left, cancelled, released, failed, lapsed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from enrollment.actions import uses
from enrollment.actions.enrollments import as_opened, note
from enrollment.actions.moves import MoveRefused, move
from enrollment.actions.profiles import withdraw_profiles
from enrollment.models import (
    Enrollment,
    Event,
    EventKind,
    FailureReason,
    InvitationUse,
    IssuedProfile,
    Status,
)
from enrollment.models.moves import LAPSING, OPEN, UNDER_WAY
from sites_config.batches import batches
from sites_config.models import User

# What the timeline says of attempts that staff ended.
WHY_CANCELLED, WHY_RELEASED = "cancelled", "released"
READ_AT_ONCE = 500
# An attempt that holds a use and has no certificate yet; asked again in the UPDATE that ends it.
HELD = Q(invitation_use=InvitationUse.HELD, status__in=OPEN)


def expire(
    enrollment: Enrollment,
    still: Q,
    *,
    now: datetime,
    why: str,
    actor: User | None = None,
    reason: FailureReason = FailureReason.NONE,
) -> bool:
    """Ends an attempt for which ``still`` holds: withdraws its profile, revokes an unused certificate, returns its use.

    False: it moved on since it was read.
    """
    for _again in range(2):
        try:
            with transaction.atomic():
                columns: dict[str, object] = {"profile": None, "failure_reason": reason}
                _expire_as_read(enrollment, still, columns, now=now, why=why, actor=actor)
            return True
        except MoveRefused:  # perhaps only by a profile issued a moment ago
            enrollment.refresh_from_db()
    return False


def _expire_as_read(
    enrollment: Enrollment,
    still: Q,
    columns: dict[str, object],
    *,
    now: datetime,
    why: str,
    actor: User | None,
) -> None:
    before, use = enrollment.status, enrollment.invitation_use
    as_read = Q(still, status=before, invitation_use=use)
    held = use == InvitationUse.HELD
    columns |= {"invitation_use": InvitationUse.NONE} if held else {}
    move(enrollment, Status.EXPIRED, now=now, condition=as_read, actor=actor, why=why, columns=columns)
    if before != Status.STARTED:
        withdraw_profiles(enrollment, now=now, signed_too=True)
    if held and enrollment.invitation_id:
        uses.returned(enrollment.invitation_id)


def cancel(enrollment: Enrollment, *, actor: User | None, now: datetime) -> bool:
    """Staff end an attempt, a certificate that was issued for it included. False: it is enrolled, or over."""
    under_way = Q(status__in=UNDER_WAY)
    reason = FailureReason.CANCELLED
    return expire(enrollment, under_way, now=now, why=WHY_CANCELLED, actor=actor, reason=reason)


def cancel_many(keys: Sequence[int], *, actor: User | None, now: datetime) -> int:
    """The same for many, each in a transaction of its own; the number of those that had not moved on."""
    some = batches(keys, READ_AT_ONCE)
    rows = (row for batch in some for row in Enrollment.objects.filter(pk__in=batch))
    return sum(cancel(row, actor=actor, now=now) for row in rows)


def release(enrollment: Enrollment, *, actor: User | None, now: datetime) -> bool:
    """Staff give back the use that an attempt without a certificate holds. False: it holds none."""
    return expire(enrollment, HELD, now=now, why=WHY_RELEASED, actor=actor)


def why_ended(enrollment: Enrollment) -> str:
    """What ``expire`` was told, "" where time alone ended the attempt."""
    moved = Event.objects.filter(enrollment=enrollment, kind=EventKind.MOVED).order_by("-at", "-pk")
    data = moved.values_list("data", flat=True).first() or {}
    return str(data.get("why", "")) if data.get("to") == Status.EXPIRED else ""


def expire_lapsed(*, now: datetime) -> int:
    """Moves whatever ended by its condition long ago; tidiness for lists, nothing depends on it."""
    lapsed = Q(status__in=LAPSING, idle_until__lte=now) | Q(status=Status.AUTHENTICATED, ends_at__lte=now)
    rows = Enrollment.objects.filter(lapsed)
    return sum(expire(enrollment, lapsed, now=now, why="idle") for enrollment in rows.iterator())


def fail(enrollment: Enrollment, reason: FailureReason, *, now: datetime, condition: Q | None = None) -> bool:
    """Ends an attempt for a reason the person is told. False: it moved on meanwhile."""
    try:
        with transaction.atomic():
            columns = {"failure_reason": reason, "profile": None}
            move(enrollment, Status.FAILED, now=now, condition=condition, why=reason, columns=columns)
            withdraw_profiles(enrollment, now=now, signed_too=True)
            uses.give_back(enrollment)
    except MoveRefused:
        return False
    return True


def leave(enrollment: Enrollment, *, now: datetime) -> None:
    """Log Out: an attempt whose profile nobody fetched ends; one that is on its way to the device goes on.

    A repeated click changes nothing.
    """
    own = as_opened(enrollment)
    unfetched = Exists(IssuedProfile.objects.filter(pk=OuterRef("profile"), served_at=None))
    nothing_on_its_way = own & Q(status__in=OPEN) & (Q(profile=None) | Q(unfetched))
    if enrollment.status in OPEN and expire(enrollment, nothing_on_its_way, now=now, why="logged out"):
        return
    left = Event.objects.filter(enrollment=enrollment, kind=EventKind.SIGNED_OUT)
    if not left.exists() and as_opened(enrollment) == own:
        note(enrollment, EventKind.SIGNED_OUT, now=now)


def begin_anew(enrollment: Enrollment, *, now: datetime) -> None:
    """Start over: an attempt without a certificate ends, so that its invitation can be used at once."""
    own = as_opened(enrollment)
    still = own & Q(status__in=OPEN)
    if enrollment.status in OPEN and expire(enrollment, still, now=now, why="started over"):
        return
    if as_opened(enrollment) == own:  # else it went on in another browser meanwhile
        leave(enrollment, now=now)
