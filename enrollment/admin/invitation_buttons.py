"""Who may press which button of an invitation, and whether there is anything to press for."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from enrollment.actions import invitation_sending
from enrollment.actions.invitation_states import InvitationState, state_of
from enrollment.models import Invitation
from sites_config.admin.buttons import may_change
from sites_config.admin.scoping import reach_of
from sites_config.models import Privilege


def may_see_link(admin_: Any, request: HttpRequest, invitation: Invitation) -> bool:
    return reach_of(request.user).holds(Privilege.SEE_INVITATION_LINKS, invitation.site_id)


def is_open(invitation: Invitation) -> bool:
    return invitation.revoked_at is None


def is_usable(invitation: Invitation) -> bool:
    over = (InvitationState.REVOKED, InvitationState.EXPIRED, InvitationState.USED)
    return state_of(invitation, timezone.now()) not in over


def can_be_mailed(invitation: Invitation) -> bool:
    return bool(invitation.email) and is_usable(invitation)


def can_be_texted(invitation: Invitation) -> bool:
    return bool(settings.SMS_BACKEND and invitation.phone) and is_usable(invitation)


def can_be_reminded(invitation: Invitation) -> bool:
    rows = Invitation.objects.filter(
        invitation_sending.can_be_reminded(timezone.now(), again=True), pk=invitation.pk
    )
    return rows.exists()


def has_pin(invitation: Invitation) -> bool:
    return invitation.pin_encrypted is not None and invitation.revoked_at is None


def may_renew_pin(admin_: Any, request: HttpRequest, invitation: Invitation) -> bool:
    return may_change(admin_, request, invitation) and may_see_link(admin_, request, invitation)


def can_be_extended(invitation: Invitation) -> bool:
    return invitation.revoked_at is None and invitation.expires_at is not None
