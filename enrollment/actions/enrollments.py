"""Enrollments: started, signed in, abandoned, failed, expired."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from enrollment.actions import uses
from enrollment.actions.moves import MoveRefused, move
from enrollment.actions.profiles import IDLE, IN_ALL, withdraw_profiles
from enrollment.actions.tokens import digest
from enrollment.actions.uses import UseRefused
from enrollment.models import (
    AssignmentSource,
    Enrollment,
    Event,
    EventKind,
    FailureReason,
    Invitation,
    InvitationUse,
    IssuedProfile,
    SignInMethod,
    Status,
)
from enrollment.models.moves import LAPSING, OPEN
from sites_config.models import Ownership, User

# What the timeline says of attempts that staff ended.
WHY_CANCELLED, WHY_RELEASED = "cancelled", "released"
# An attempt that holds a use and has no certificate yet; asked again in the UPDATE that ends it.
HELD = Q(invitation_use=InvitationUse.HELD, status__in=OPEN)
# Under which name in ``answers`` it stands that somebody chose the site.
SITE_ANSWER = "site"


@dataclass(frozen=True)
class SignIn:
    """Who proved to be somebody, and how; ``external_id`` never changes for them."""

    method: SignInMethod
    source: str
    external_id: str
    name: str
    user: User | None


class AnswersFrozen(Exception):
    """A certificate was issued for these answers, or the attempt ended."""


def start(
    *,
    entry_site_id: int,
    key: str,
    host: str,
    language: str,
    now: datetime,
    invitation: Invitation | None = None,
) -> Enrollment:
    """A new row for this browser key, or the one it has: a repeated Start returns the same enrollment.

    Raises UseRefused when the invitation has no use left.
    """
    enrollment = Enrollment(
        entry_site_id=entry_site_id,
        site_id=invitation.site_id if invitation else entry_site_id,
        key_sha256=digest(key),
        host=host,
        language=language,
        started_at=now,
        idle_until=now + IDLE,
        ends_at=now + IN_ALL,
        invitation=invitation,
        invitation_use=InvitationUse.HELD if invitation else InvitationUse.NONE,
        **_assignment(invitation),
    )
    try:
        with transaction.atomic():
            if invitation:
                uses.hold(invitation, now=now)
            enrollment.save(force_insert=True)
            note(enrollment, EventKind.MOVED, now=now, data={"to": Status.STARTED})
    except (IntegrityError, UseRefused):  # the second click of a double click: the first took the last use
        first = Enrollment.objects.filter(entry_site=entry_site_id, key_sha256=digest(key)).first()
        if first is None:
            raise
        return first
    return enrollment


def _assignment(invitation: Invitation | None) -> dict[str, str]:
    if invitation is None or not invitation.assigned_user_name:
        return {}
    return {
        "assigned_user_name": invitation.assigned_user_name,
        "assigned_full_name": invitation.assigned_full_name,
        "assignment_source": AssignmentSource.INVITATION,
    }


def sign_in(enrollment: Enrollment, who: SignIn, *, now: datetime) -> None:
    """Stores who signed in, as a fact of this enrollment; raises AnswersFrozen.

    A person other than before makes what followed unanswered again.
    """
    facts = {
        "signed_in_with": who.method,
        "signed_in_source": who.source,
        "signed_in_id": who.external_id,
        "signed_in_name": who.name,
        "signed_in_user": who.user,
        "signed_in_at": now,
    }
    with transaction.atomic():
        if _is_same_person(enrollment, who):
            _confirm(enrollment, facts, now=now)
        else:
            answer(enrollment, now=now, **facts, **_unanswered(enrollment))
        note(enrollment, EventKind.SIGNED_IN, now=now, actor=who.user, data={"method": who.method})


def _unanswered(enrollment: Enrollment) -> dict[str, object]:
    """The columns of every answer, as they are at the beginning."""
    invitation = enrollment.invitation
    blank = Enrollment(**_assignment(invitation))
    return blank.assignment | {
        "answers": {},
        "ownership": "",
        "ca_served_at": None,
        "site_id": invitation.site_id if invitation else enrollment.entry_site_id,
    }


def _is_same_person(enrollment: Enrollment, who: SignIn) -> bool:
    return (enrollment.signed_in_source, enrollment.signed_in_id) == (who.source, who.external_id)


def _confirm(enrollment: Enrollment, facts: Mapping[str, object], *, now: datetime) -> None:
    """The second click of a double click, Back and once more, the first login after a hand-over: every answer stays."""
    rows = Enrollment.objects.filter(pk=enrollment.pk, status__in=OPEN, idle_until__gt=now, ends_at__gt=now)
    same = rows.filter(signed_in_source=enrollment.signed_in_source, signed_in_id=enrollment.signed_in_id)
    changes = {**facts, "idle_until": idle_until(enrollment, now)}
    if not same.update(**changes):
        raise AnswersFrozen
    for name, value in changes.items():
        setattr(enrollment, name, value)


def answer(enrollment: Enrollment, *, now: datetime, **columns: object) -> None:
    """Sets answers by one conditional UPDATE and withdraws a profile that was issued for other ones.

    Call it in a transaction. Raises AnswersFrozen.
    """
    open_row = Enrollment.objects.filter(
        pk=enrollment.pk, status__in=OPEN, idle_until__gt=now, ends_at__gt=now
    )
    changes = columns | {"idle_until": idle_until(enrollment, now), "profile": None}
    if not open_row.update(**changes):
        raise AnswersFrozen
    for name, value in changes.items():
        setattr(enrollment, name, value)
    # Whatever status was read: another tab may have got a profile since.
    if withdraw_profiles(enrollment, now=now):
        note(enrollment, EventKind.ANSWERS_CHANGED, now=now)


def answer_screen(enrollment: Enrollment, slug: str, value: object, *, now: datetime) -> None:
    """Stores the answer of a small screen beside those of the others. Raises AnswersFrozen."""
    with transaction.atomic():
        answer(enrollment, now=now, answers=locked_answers(enrollment) | {slug: value})


def locked_answers(enrollment: Enrollment) -> dict[str, object]:
    """Locked and read anew, or the answer given in another tab a moment ago would be lost."""
    rows = Enrollment.objects.select_for_update().values_list("answers", flat=True)
    return dict(rows.get(pk=enrollment.pk))


def choose_site(enrollment: Enrollment, site_id: int, *, now: datetime) -> None:
    """The site whose settings, authority and profile apply from now on. Raises AnswersFrozen."""
    with transaction.atomic():
        answers = locked_answers(enrollment) | {SITE_ANSWER: site_id}
        answer(enrollment, now=now, answers=answers, site_id=site_id)


def choose_ownership(enrollment: Enrollment, ownership: Ownership, *, now: datetime) -> None:
    """Raises AnswersFrozen."""
    with transaction.atomic():
        answer(enrollment, now=now, ownership=ownership)


def instruct(enrollment: Enrollment, *, now: datetime) -> None:
    """The person was told how to enroll a device of their own; a repeated click changes nothing."""
    try:
        with transaction.atomic():
            columns = {"ownership": Ownership.PERSONAL}
            move(enrollment, Status.INSTRUCTED, now=now, condition=Q(ends_at__gt=now), columns=columns)
    except MoveRefused:
        return


def idle_until(enrollment: Enrollment, now: datetime) -> datetime:
    """When an attempt with an answer at ``now`` lapses."""
    return min(now + IDLE, enrollment.ends_at)


def expire(enrollment: Enrollment, still: Q, *, now: datetime, why: str, actor: User | None = None) -> bool:
    """Ends an attempt for which ``still`` holds: withdraws its profile, revokes an unused certificate, returns its use.

    False: it moved on since it was read.
    """
    for _again in range(2):
        try:
            with transaction.atomic():
                _expire_as_read(enrollment, still, now=now, why=why, actor=actor)
            return True
        except MoveRefused:  # perhaps only by a profile issued a moment ago
            enrollment.refresh_from_db()
    return False


def _expire_as_read(enrollment: Enrollment, still: Q, *, now: datetime, why: str, actor: User | None) -> None:
    before, use = enrollment.status, enrollment.invitation_use
    as_read = Q(still, status=before, invitation_use=use)
    held = use == InvitationUse.HELD
    columns = {"profile": None} | ({"invitation_use": InvitationUse.NONE} if held else {})
    move(enrollment, Status.EXPIRED, now=now, condition=as_read, actor=actor, why=why, columns=columns)
    if before != Status.STARTED:
        withdraw_profiles(enrollment, now=now, signed_too=True)
    if held and enrollment.invitation_id:
        uses.returned(enrollment.invitation_id)


def cancel(enrollment: Enrollment, *, actor: User | None, now: datetime) -> bool:
    """Staff end an attempt, a certificate that was issued for it included. False: it is enrolled, or over."""
    under_way = Q(status__in=LAPSING | {Status.AUTHENTICATED})
    return expire(enrollment, under_way, now=now, why=WHY_CANCELLED, actor=actor)


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


def fail(enrollment: Enrollment, reason: FailureReason, *, now: datetime) -> bool:
    """Ends an attempt for a reason the person is told. False: it moved on meanwhile."""
    try:
        with transaction.atomic():
            columns = {"failure_reason": reason, "profile": None}
            move(enrollment, Status.FAILED, now=now, why=reason, columns=columns)
            withdraw_profiles(enrollment, now=now, signed_too=True)
            uses.give_back(enrollment)
    except MoveRefused:
        return False
    return True


def leave(enrollment: Enrollment, *, now: datetime) -> None:
    """Log Out: an attempt whose profile nobody fetched ends; one that is on its way to the device goes on.

    A repeated click changes nothing.
    """
    unfetched = Exists(IssuedProfile.objects.filter(pk=OuterRef("profile"), served_at=None))
    nothing_on_its_way = Q(status__in=OPEN) & (Q(profile=None) | Q(unfetched))
    if enrollment.status in OPEN and expire(enrollment, nothing_on_its_way, now=now, why="logged out"):
        return
    if not Event.objects.filter(enrollment=enrollment, kind=EventKind.SIGNED_OUT).exists():
        note(enrollment, EventKind.SIGNED_OUT, now=now)


def begin_anew(enrollment: Enrollment, *, now: datetime) -> None:
    """Start over: an attempt without a certificate ends, so that its invitation can be used at once."""
    if enrollment.status not in OPEN or not expire(
        enrollment, Q(status__in=OPEN), now=now, why="started over"
    ):
        leave(enrollment, now=now)


def note(
    enrollment: Enrollment,
    kind: EventKind,
    *,
    now: datetime,
    actor: User | None = None,
    data: dict[str, object] | None = None,
) -> None:
    """One line of the enrollment's timeline; call it in the transaction of what it tells."""
    Event.objects.create(
        site_id=enrollment.site_id, kind=kind, at=now, enrollment=enrollment, actor=actor, data=data or {}
    )
