"""What is done with many invitations at once, from their list."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from enrollment.actions import invitation_sending, invitations
from enrollment.actions.invitation_states import open_now
from enrollment.actions.message_quota import QuotaExceeded
from enrollment.admin.invitation_print import print_sheet
from enrollment.models import Channel, Invitation
from sites_config.admin.buttons import AdminWithButtons, actor
from sites_config.admin.scoping import for_user, reach_of
from sites_config.models import Privilege

A_WEEK = timedelta(days=7)
MOST_ON_PAPER = 500


class InvitationActions(AdminWithButtons):
    """Each takes of the selection what may be changed and is still as it has to be, and says how many that were."""

    actions = (
        "send_selected", "remind_selected", "text_selected", "print_selected", "extend_selected", "revoke_selected",
    )  # fmt: skip

    def _changeable(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> QuerySet[Invitation]:
        return for_user(queryset, request.user, change=True, also=self.also)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found: dict[str, Any] = super().get_actions(request)
        if not settings.SMS_BACKEND:
            found.pop("text_selected", None)
        return found

    @admin.action(description="Send selected invitations by e-mail", permissions=["change"])
    def send_selected(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        self.send(request, list(self._changeable(request, queryset)))

    @admin.action(description="Send selected invitations as text messages", permissions=["change"])
    def text_selected(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        self.send(request, list(self._changeable(request, queryset)), Channel.SMS)

    @admin.action(description="Remind those who have not used it", permissions=["change"])
    def remind_selected(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        rows, now = list(self._changeable(request, queryset)), timezone.now()
        try:
            number = invitation_sending.remind(rows, actor=actor(request), now=now)
        except (invitation_sending.NothingToSend, QuotaExceeded) as reason:
            messages.error(request, str(reason))
        else:
            messages.success(request, _of(number, len(rows), "reminded"))

    @admin.action(description="Print links and QR codes")
    def print_selected(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> HttpResponse | None:
        seen = for_user(queryset, request.user, also=self.also).filter(open_now(timezone.now()))
        rows = list(seen.order_by("name", "pk")[: MOST_ON_PAPER + 1])
        return self.on_paper(request, rows)

    @admin.action(description="Extend by a week", permissions=["change"])
    def extend_selected(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        rows = list(self._changeable(request, queryset))
        done = [each for each in rows if self.extended(request, each)]
        messages.success(request, _of(len(done), len(rows), "extended"))

    @admin.action(description="Revoke selected invitations", permissions=["change"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        open_rows = list(self._changeable(request, queryset).filter(revoked_at=None))
        for invitation in open_rows:
            invitations.revoke(invitation, actor=actor(request), now=timezone.now())
        messages.success(request, f"{len(open_rows)} invitations revoked.")

    def send(self, request: HttpRequest, rows: Sequence[Invitation], channel: Channel = Channel.MAIL) -> None:
        try:
            number = invitation_sending.send(rows, channel=channel, actor=actor(request), now=timezone.now())
        except (invitation_sending.NothingToSend, QuotaExceeded) as reason:
            messages.error(request, str(reason))
        else:
            messages.success(
                request, _of(number, len(rows), "on the way") + " Under Deliveries you see how it goes."
            )

    def extended(self, request: HttpRequest, invitation: Invitation) -> bool:
        """A week from its end, or from now where that is past."""
        if invitation.expires_at is None:
            return False
        now = timezone.now()
        until = max(invitation.expires_at, now) + A_WEEK
        return invitations.extend(invitation, until, actor=actor(request), now=now)

    def on_paper(self, request: HttpRequest, rows: Sequence[Invitation]) -> HttpResponse | None:
        """One card each; the links of those sites alone where whoever prints may see them."""
        reach = reach_of(request.user)
        allowed = [each for each in rows if reach.holds(Privilege.SEE_INVITATION_LINKS, each.site_id)]
        if len(rows) > MOST_ON_PAPER:
            messages.error(request, f"{MOST_ON_PAPER} at most at a time: select fewer.")
        elif not allowed:
            messages.error(request, "Nothing to print: they are over, or their links are not for you to see.")
        else:
            return print_sheet(self, request, allowed)
        return None


def _of(number: int, asked: int, done: str) -> str:
    left = (
        f" {asked - number} left as they are: over, without an address, or begun." if asked > number else ""
    )
    return f"{number} invitation{'' if number == 1 else 's'} {done}.{left}"
