"""How far invitations came, in their list and on their page."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from enrollment.actions.invitation_states import InvitationState, in_state, state_of
from enrollment.models import Delivery, Enrollment, Invitation
from sites_config.admin.filters import States
from sites_config.admin.scoping import for_user, may
from sites_config.models import Privilege, SiteConfiguration, User

SHOWN = 200


class StateFilter(States):
    states = InvitationState

    def condition(self, state: str) -> Q:
        return in_state(InvitationState(state), timezone.now())


def state_in_words(invitation: Invitation) -> str:
    """“Sent”; of an archived site's the one thing that counts."""
    if SiteConfiguration.for_site(invitation.site_id).archived and invitation.revoked_at is None:
        return "Closed: the site is archived"
    return state_of(invitation, timezone.now()).label


def so_far(
    invitation: Invitation, user: User | AnonymousUser, *, also: Iterable[Privilege] = ()
) -> SafeString:
    """Where it was sent and what became of that; who used it, with which device, when. ``also``: the privileges that
    open invitations, and with them what became of them; pages of their own are linked for who may open those."""
    uses = Enrollment.objects.filter(invitation=invitation).select_related("device").order_by("-started_at")
    sendings = Delivery.objects.filter(invitation=invitation).select_related("created_by").order_by("-pk")
    shown, sent = (
        list(for_user(uses, user, also=also)[: SHOWN + 1]),
        list(for_user(sendings, user, also=also)[:SHOWN]),
    )
    context = {
        "enrollments": shown[:SHOWN],
        "more": len(shown) > SHOWN,
        "shown": SHOWN,
        "invitation": invitation,
        "deliveries": sent,
        "linked": frozenset(each.pk for each in shown if may(user, each, also=(Privilege.HELP_PEOPLE,))),
    }
    return render_to_string("admin/enrollment/uses.html", context)
