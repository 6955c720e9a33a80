"""One use of an invitation: held for an attempt, returned with it, or spent with its certificate."""

from datetime import datetime

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from enrollment.actions.webhooks import announce
from enrollment.models import Enrollment, Invitation, InvitationUse, WebhookEvent


class UseRefused(Exception):
    """The invitation is revoked, expired or not valid yet, or every use is held or spent."""


def claimable(now: datetime) -> Q:
    """The condition under which one more use may be held."""
    return claimable_in_time(now) & (Q(not_before=None) | Q(not_before__lte=now))


def claimable_in_time(now: datetime) -> Q:
    """Now, or once it begins."""
    return (
        Q(revoked_at=None)
        & (Q(expires_at=None) | Q(expires_at__gt=now))
        & (Q(max_uses=None) | Q(max_uses__gt=F("uses_held") + F("uses_spent")))
    )


def hold(invitation: Invitation, *, now: datetime) -> None:
    """One conditional UPDATE; raises UseRefused. Save the enrollment that holds it in the same transaction."""
    claimable_row = Invitation.objects.filter(claimable(now), pk=invitation.pk)
    if not claimable_row.update(uses_held=F("uses_held") + 1, started_at=Coalesce("started_at", now)):
        raise UseRefused


def give_back(enrollment: Enrollment) -> None:
    """Returns the use if this enrollment holds one; at most once, whoever asks at the same time."""
    held = Enrollment.objects.filter(pk=enrollment.pk, invitation_use=InvitationUse.HELD)
    if held.update(invitation_use=InvitationUse.NONE):
        returned(enrollment.invitation_id or 0)
        enrollment.invitation_use = InvitationUse.NONE


def returned(invitation_id: int) -> None:
    """One held use is free again; call it in the transaction that took it from its enrollment."""
    Invitation.objects.filter(pk=invitation_id).update(uses_held=F("uses_held") - 1)


def spend(enrollment: Enrollment, *, now: datetime) -> None:
    """Turns the held use into a spent one."""
    held = Enrollment.objects.filter(pk=enrollment.pk, invitation_use=InvitationUse.HELD)
    if held.update(invitation_use=InvitationUse.SPENT):
        Invitation.objects.filter(pk=enrollment.invitation_id or 0).update(
            uses_held=F("uses_held") - 1, uses_spent=F("uses_spent") + 1, used_at=now
        )
        enrollment.invitation_use = InvitationUse.SPENT
        announce(enrollment, WebhookEvent.INVITATION_USED, now=now)


def take_back(enrollment: Enrollment) -> None:
    """A spent use is free again: its certificate went to a device that was turned away."""
    spent = Enrollment.objects.filter(pk=enrollment.pk, invitation_use=InvitationUse.SPENT)
    if spent.update(invitation_use=InvitationUse.NONE):
        Invitation.objects.filter(pk=enrollment.invitation_id or 0).update(uses_spent=F("uses_spent") - 1)
        enrollment.invitation_use = InvitationUse.NONE
