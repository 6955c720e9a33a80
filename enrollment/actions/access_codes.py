"""Access codes: said over the telephone, used once, within hours."""

from datetime import datetime, timedelta

from django.db import transaction

from enrollment.actions.endings import release
from enrollment.actions.enrollments import note, start
from enrollment.actions.invitations import give_back_lapsed
from enrollment.actions.uses import UseRefused
from enrollment.models import AccessCode, Enrollment, Event, EventKind, Invitation
from sites_config.models import User
from sites_config.references import new_reference, reference_of
from sites_config.secrets import keyed_digests

LONGEST = timedelta(hours=8)
A_MOMENT = timedelta(seconds=10)  # between two clicks; whoever goes back to the form later wants another
_PURPOSE, _OF_A_FORM = "access code", "access code of a form"


class CodeGone(Exception):
    """Used, revoked or too late."""


def make_code(
    *,
    site_id: int,
    expires_at: datetime,
    actor: User | None,
    now: datetime,
    invitation: Invitation | None = None,
    enrollment: Enrollment | None = None,
    asked_by: str = "",
) -> tuple[AccessCode, str]:
    """The row and the code itself, which nothing keeps; good for eight hours at most.

    ``asked_by``: what names the form that was sent, and all that it said. Sent twice in a moment it gets the same code
    twice: the first answer was not seen. The caller has checked the privilege.
    """
    columns = {
        "invitation": invitation,
        "enrollment": enrollment,
        "made_by": actor,
        "made_at": now,
        "expires_at": min(expires_at, now + LONGEST),
    }
    codes = (reference_of(keyed_digests(_OF_A_FORM, asked_by)[0]),) if asked_by else ()
    for code in (*codes, new_reference()):
        with transaction.atomic():
            named = {"site_id": site_id, "code_hmac": keyed_digests(_PURPOSE, code)[0]}
            made, fresh = AccessCode.objects.get_or_create(**named, defaults=columns)
            if fresh:
                _note(made, EventKind.CODE_MADE, now=now, actor=actor)
        if fresh or made.made_at > now - A_MOMENT:
            break
    return made, code


def with_code(code: str) -> AccessCode | None:
    """Good or not. One query."""
    rows = AccessCode.objects.select_related("invitation", "enrollment", "made_by")
    return rows.filter(code_hmac__in=keyed_digests(_PURPOSE, code)).first()


def use_code(
    code: AccessCode, *, entry_site_id: int, key: str, host: str, language: str, browser: str, now: datetime
) -> Enrollment:
    """Begins an enrollment, as Start does where the code replaces an invitation.

    An attempt that the code was made for, or one that lapsed, gives its use back when no other is left.
    Raises CodeGone; UseRefused when the invitation can't be used, and the code is good as before.
    """
    for last_try in (False, True):
        try:
            with transaction.atomic():
                _claim(code, now=now)
                begun = start(
                    entry_site_id=entry_site_id,
                    key=key,
                    host=host,
                    language=language,
                    browser=browser,
                    now=now,
                    invitation=code.invitation,
                )
                if begun.invitation_id != code.invitation_id:
                    raise CodeGone  # this browser began something else in the same moment
                AccessCode.objects.filter(pk=code.pk).update(started=begun)
                note(begun, EventKind.CODE_USED, now=now, data=_leads_to(code))
            return begun
        except UseRefused:
            if last_try or not _makes_room(code, now=now):
                raise
    raise CodeGone


def revoke_code(code: AccessCode, *, actor: User | None, now: datetime) -> bool:
    """False: it was used or revoked a moment ago."""
    with transaction.atomic():
        unused = AccessCode.objects.filter(pk=code.pk, used_at=None, revoked_at=None)
        if not unused.update(revoked_at=now):
            return False
        _note(code, EventKind.CODE_REVOKED, now=now, actor=actor)
    return True


def _claim(code: AccessCode, *, now: datetime) -> None:
    good = AccessCode.objects.filter(pk=code.pk, used_at=None, revoked_at=None, expires_at__gt=now)
    if not good.update(used_at=now):
        raise CodeGone


def _makes_room(code: AccessCode, *, now: datetime) -> bool:
    own, invitation = code.enrollment, code.invitation
    if invitation is None:
        return False
    if own is not None and own.invitation_id == invitation.pk:
        own.refresh_from_db()
        if release(own, actor=code.made_by, now=now):
            return True
    return bool(give_back_lapsed(invitation, now=now))


def _leads_to(code: AccessCode) -> dict[str, object]:
    return {"leads to": "log in" if code.invitation_id is None else "invitation"}


def _note(code: AccessCode, kind: EventKind, *, now: datetime, actor: User | None) -> None:
    Event.objects.create(
        site_id=code.site_id,
        kind=kind,
        at=now,
        enrollment=code.enrollment,
        invitation=code.invitation,
        actor=actor,
        data=_leads_to(code),
    )
