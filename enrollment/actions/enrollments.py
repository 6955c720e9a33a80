"""Enrollments: started, signed in, abandoned, failed, expired."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from enrollment.actions import uses
from enrollment.actions.moves import MoveRefused, move
from enrollment.actions.profiles import IDLE, IN_ALL, withdraw_profiles
from enrollment.actions.tokens import digest
from enrollment.actions.uses import UseRefused
from enrollment.actions.webhooks import announce_status
from enrollment.directories.entry import Entry
from enrollment.models import (
    AssignmentSource,
    Enrollment,
    Event,
    EventKind,
    Invitation,
    InvitationUse,
    SignInMethod,
    Status,
)
from enrollment.models.assignment import COLUMNS, Assignment
from enrollment.models.moves import OPEN
from enrollment.models.person import folded
from sites_config.models import Ownership, User

# Under which name in ``answers`` it stands that somebody chose the site.
SITE_ANSWER = "site"


@dataclass(frozen=True)
class SignIn:
    """Who proved to be somebody, and how; ``external_id`` never changes for them. ``entry``: of a directory."""

    method: SignInMethod
    source: str
    external_id: str
    name: str
    user: User | None
    entry: Entry | None = None


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
    browser: str = "",
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
        browser=browser,
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
            announce_status(enrollment, Status.STARTED, now=now)
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


def sign_in(enrollment: Enrollment, who: SignIn, *, now: datetime, access_groups: Sequence[int] = ()) -> None:
    """Stores who signed in, as a fact of this enrollment; raises AnswersFrozen.

    ``access_groups``: the ids of those that somebody of a directory belongs to.

    A person other than before makes what followed unanswered again.
    """
    facts = {
        "signed_in_with": who.method,
        "signed_in_source": who.source,
        "signed_in_id": who.external_id,
        "signed_in_name": who.name,
        "signed_in_user": who.user,
        "signed_in_at": now,
        "access_groups": list(access_groups),
    }
    with transaction.atomic():
        if _is_same_person(enrollment, who):
            _confirm(enrollment, facts, now=now)
        else:
            answer(enrollment, now=now, **facts, **(_unanswered(enrollment) | of_signed_in(who)))
        note(enrollment, EventKind.SIGNED_IN, now=now, actor=who.user, data={"method": who.method})


def is_meant(invitation: Invitation, who: SignIn) -> bool:
    """Whether whoever logged in is the one that the invitation is bound to, if it is bound to anybody."""
    user_name, email = _known_as(who)
    wanted = invitation.only_user_name
    if wanted and folded(wanted) != folded(user_name):
        return False
    return not invitation.only_email or _mailbox(invitation.only_email) == _mailbox(email)


def _known_as(who: SignIn) -> tuple[str, str]:
    """User name and e-mail address."""
    if who.entry:
        return who.entry.user_name, who.entry.email
    return (who.user.get_username(), who.user.email) if who.user else ("", "")


def _mailbox(address: str) -> bytes:
    """Capitals of ASCII alone: what else looks alike may be another mailbox."""
    return address.strip().encode("utf-8", "surrogatepass").lower()


def of_signed_in(who: SignIn) -> dict[str, str]:
    """The device becomes theirs, with what the directory knows of them; staff enroll for others."""
    return {} if who.entry is None else assigned_columns(who.entry, AssignmentSource.SIGNED_IN)


def assigned_columns(person: Entry, source: AssignmentSource) -> dict[str, str]:
    """User and location as columns, cut to their widths."""
    known = {f"assigned_{name}": value for name, value in asdict(person).items()}
    cut = {name: _fitting(name, value) for name, value in known.items() if name in COLUMNS}
    return {**dict.fromkeys(COLUMNS, ""), **cut, "assignment_source": source}


def _fitting(name: str, value: str) -> str:
    length: int | None = getattr(Assignment._meta.get_field(name), "max_length", None)
    return value[:length]


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
    rows = Enrollment.objects.filter(
        as_opened(enrollment), status__in=OPEN, idle_until__gt=now, ends_at__gt=now
    )
    same = rows.filter(signed_in_source=enrollment.signed_in_source, signed_in_id=enrollment.signed_in_id)
    changes = {**facts, "idle_until": idle_until(enrollment, now)}
    if not same.update(**changes):
        raise AnswersFrozen
    for name, value in changes.items():
        setattr(enrollment, name, value)


def as_opened(enrollment: Enrollment) -> Q:
    """The row, as long as it belongs to the browser whose key the caller compared.

    Between that look and the UPDATE a password is hashed, and a hand-over may have given the row to another browser.
    """
    return Q(pk=enrollment.pk, key_sha256=bytes(enrollment.key_sha256))


def answer(enrollment: Enrollment, *, now: datetime, **columns: object) -> None:
    """Sets answers by one conditional UPDATE and withdraws a profile that was issued for other ones.

    Call it in a transaction. Raises AnswersFrozen.
    """
    open_row = Enrollment.objects.filter(
        as_opened(enrollment), status__in=OPEN, idle_until__gt=now, ends_at__gt=now
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
            own = Q(as_opened(enrollment), ends_at__gt=now)
            move(enrollment, Status.INSTRUCTED, now=now, condition=own, columns=columns)
    except MoveRefused:
        return


def idle_until(enrollment: Enrollment, now: datetime) -> datetime:
    """When an attempt with an answer at ``now`` lapses."""
    return min(now + IDLE, enrollment.ends_at)


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
