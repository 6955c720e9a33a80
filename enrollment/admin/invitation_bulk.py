"""What is done with many invitations at once, from their list."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from enrollment.actions import invitation_sending, invitations
from enrollment.actions.invitation_sending import NothingToSend, Ordered
from enrollment.actions.invitation_states import InvitationState, open_now
from enrollment.actions.message_quota import QuotaExceeded
from enrollment.admin.bulk import BulkAdmin
from enrollment.admin.exports import invitation_table
from enrollment.admin.invitation_form import within_reason
from enrollment.admin.invitation_print import print_sheet
from enrollment.admin.seen import WithSeen, seen_at
from enrollment.models import Channel, Invitation
from sites_config.admin.buttons import actor
from sites_config.admin.scoping import for_user, reach_of
from sites_config.models import Privilege

A_WEEK = timedelta(days=7)
MOST_ON_PAPER = 500
SEND = (
    "Each of them gets a message with its link. The oldest go first, as many as their site may order today; what is "
    "left over stays as it is, and can be sent tomorrow."
)
REMIND = (
    "Each of them was sent, is still unused, and was not reminded within the last day. The reminder goes the way the "
    "link went. The oldest go first, as many as their site may order today."
)
EXTEND = (
    "They are valid to the end of that day, in the time zone of their site; those that ended come to life again. "
    "Those that end later anyway stay as they are."
)
REVOKE = (
    "Their links end for good, and with them every attempt that has no certificate yet. Enrolled devices are not "
    "touched. This can't be undone."
)
EXPORT = "One row an invitation: for whom, its state, its times. The file holds personal data, and no links."
TOMORROW = (
    "{left} left over: the site may order no more messages today. Send them tomorrow; those that were never sent stand "
    f"in the list under the state “{InvitationState.CREATED.label}”."
)


def _in_a_week() -> object:
    return timezone.localdate() + A_WEEK


class ExtendForm(forms.Form):
    last_day = forms.DateField(
        label="Valid until", initial=_in_a_week, validators=[within_reason],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )  # fmt: skip

    def clean_last_day(self) -> date:
        day: date = self.cleaned_data["last_day"]
        if day < timezone.localdate():
            raise forms.ValidationError("This is past already.")
        return day


class InvitationActions(BulkAdmin, WithSeen):
    """Each takes of the selection what may be changed and is still as it has to be."""

    actions = (
        "send_selected", "remind_selected", "text_selected", "print_selected", "extend_selected", "revoke_selected",
        "export",
    )  # fmt: skip

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found: dict[str, Any] = super().get_actions(request)
        if not settings.SMS_BACKEND:
            found.pop("text_selected", None)
        return found

    @admin.action(description="Send by e-mail", permissions=["change"])
    def send_selected(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> HttpResponse | None:
        return self._send_selected(request, queryset, Channel.MAIL)

    @admin.action(description="Send as text messages", permissions=["change"])
    def text_selected(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> HttpResponse | None:
        return self._send_selected(request, queryset, Channel.SMS)

    def _send_selected(
        self, request: HttpRequest, queryset: QuerySet[Invitation], channel: Channel
    ) -> HttpResponse | None:
        def apply(keys: Sequence[int], typed: dict[str, Any]) -> str:
            who, now, seen = actor(request), timezone.now(), seen_at(request)
            return _ordered(
                lambda: invitation_sending.send_all(keys, channel=channel, actor=who, now=now, seen=seen)
            )

        only = invitation_sending.can_be_sent(channel, timezone.now())
        return self.confirmed(request, queryset, apply, words=SEND, also=self.also, only=only, in_parts=True)

    @admin.action(description="Remind those who have not used it", permissions=["change"])
    def remind_selected(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> HttpResponse | None:
        def apply(keys: Sequence[int], typed: dict[str, Any]) -> str:
            who, now, seen = actor(request), timezone.now(), seen_at(request)
            return _ordered(lambda: invitation_sending.remind_all(keys, actor=who, now=now, seen=seen))

        only = invitation_sending.can_be_reminded(timezone.now())
        return self.confirmed(
            request, queryset, apply, words=REMIND, also=self.also, only=only, in_parts=True
        )

    @admin.action(description="Print links and QR codes")
    def print_selected(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> HttpResponse | None:
        seen = for_user(queryset, request.user, also=self.also).filter(open_now(timezone.now()))
        rows = list(seen.order_by("name", "pk")[: MOST_ON_PAPER + 1])
        return self.on_paper(request, rows)

    @admin.action(description="Extend", permissions=["change"])
    def extend_selected(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> HttpResponse | None:
        def apply(keys: Sequence[int], typed: dict[str, Any]) -> str:
            day = typed["last_day"]
            number = invitations.extend_many(keys, day, actor=actor(request), now=timezone.now())
            return f"{_count(number)} extended. {len(keys) - number} left as they are."

        only = Q(revoked_at=None, expires_at__isnull=False)
        return self.confirmed(
            request, queryset, apply, words=EXTEND, form=ExtendForm, also=self.also, only=only
        )

    @admin.action(description="Revoke", permissions=["change"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> HttpResponse | None:
        def apply(keys: Sequence[int], typed: dict[str, Any]) -> str:
            number = invitations.revoke_many(keys, actor=actor(request), now=timezone.now())
            return f"{_count(number)} revoked."

        only = Q(revoked_at=None)
        return self.confirmed(request, queryset, apply, words=REVOKE, also=self.also, only=only)

    @admin.action(description="Export as CSV", permissions=["read"])
    def export(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> HttpResponseBase:
        return self.exported(request, queryset, invitation_table, words=EXPORT)

    def send(self, request: HttpRequest, keys: Sequence[int], channel: Channel = Channel.MAIL) -> None:
        who, now, seen = actor(request), timezone.now(), seen_at(request)
        order = partial(invitation_sending.send_all, keys, channel=channel, actor=who, now=now, seen=seen)
        self.say(request, order)

    def say(self, request: HttpRequest, order: Callable[[], Ordered]) -> None:
        """What became of an order that no page of a selection was shown for."""
        try:
            messages.success(request, _ordered(order))
        except ValueError as reason:
            messages.error(request, str(reason))

    def extended(self, request: HttpRequest, invitation: Invitation) -> bool:
        """A week from its end, or from now where that is past."""
        if invitation.expires_at is None:
            return False
        now = timezone.now()
        until = max(invitation.expires_at, now) + A_WEEK
        return invitations.extend(invitation, until, actor=actor(request), now=now, seen=seen_at(request))

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


def _ordered(order: Callable[[], Ordered]) -> str:
    """What the page of a selection says of it."""
    try:
        return told(order())
    except (NothingToSend, QuotaExceeded) as reason:
        raise ValueError(str(reason)) from None


def told(ordered: Ordered) -> str:
    left = f" {TOMORROW.format(left=ordered.left)}" if ordered.left else ""
    return f"{_count(ordered.number)} on the way. Under Deliveries you see how it goes.{left}"


def _count(number: int) -> str:
    return f"{number} invitation{'' if number == 1 else 's'}"
