"""What left the house, or is about to: one row for each recipient."""

from collections.abc import Iterable, Sequence

from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from enrollment.actions import outbox
from enrollment.actions.message_quota import QuotaExceeded
from enrollment.models import Channel, Delivery, DeliveryState
from enrollment.models.delivery import UNFINISHED
from sites_config.admin.buttons import AdminWithButtons, actor, button
from sites_config.admin.filters import Conditions
from sites_config.admin.scoped import BY_SITE
from sites_config.admin.scoping import for_user, may
from sites_config.batches import batches
from sites_config.models import Privilege, User

_AGAIN = (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.CANCELLED)
IN_ONE_TRANSACTION = 500
NOT_LEFT, REPORT = Q(state__in=UNFINISHED), Q(channel=Channel.WEBHOOK)


def _also(channel: str) -> tuple[Privilege, ...]:
    """A report tells of people and devices: it is for those alone who see the whole site."""
    return () if channel == Channel.WEBHOOK else (Privilege.MANAGE_INVITATIONS,)


def _of_user(
    rows: QuerySet[Delivery], user: User | AnonymousUser, *, change: bool = False
) -> QuerySet[Delivery]:
    messages_ = rows.exclude(channel=Channel.WEBHOOK)
    return for_user(messages_, user, change=change, also=_also("")) | for_user(rows, user, change=change)


def _may_send(admin_: "DeliveryAdmin", request: HttpRequest, delivery: Delivery) -> bool:
    return may(request.user, delivery, change=True, also=_also(delivery.channel))


def _ended_badly(delivery: Delivery) -> bool:
    return delivery.state in _AGAIN


class LeftFilter(Conditions):
    title = "left"
    parameter_name = "left"
    conditions = {"no": ("Not yet", NOT_LEFT), "yes": ("Over", ~NOT_LEFT)}


class WhatFilter(Conditions):
    title = "what"
    parameter_name = "what"
    conditions = {
        "messages": ("E-mails and text messages", ~REPORT),
        "reports": ("Reports to other programs", REPORT),
    }


@admin.register(Delivery)
class DeliveryAdmin(AdminWithButtons):
    """Nobody changes a row. What may have arrived is sent again only by somebody who decides to."""

    also = (Privilege.MANAGE_INVITATIONS,)
    buttons = ("send_again", "cancel")
    actions = ("send_selected_again", "cancel_selected")
    list_display = (
        "recipient",
        "kind",
        "channel",
        "state",
        "attempts",
        "error",
        "created_at",
        "done_at",
        "site",
    )
    list_filter = (LeftFilter, "state", WhatFilter, "kind", "channel", BY_SITE, "created_at")
    search_fields = ("recipient",)
    sortable_by = ("created_at",)
    many_rows = True
    list_select_related = ("site",)
    ordering = ("-created_at",)
    linked = ("invitation",)
    fields = (
        "site", "channel", "kind", "invitation", "webhook", "data", "recipient", "language", "state", "attempts",
        "next_try_at", "error", "message_id", "created_by", "created_at", "done_at",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        return _of_user(super().get_queryset(request), request.user)

    @button("Send again", _may_send, _ended_badly)
    def send_again(self, request: HttpRequest, delivery: Delivery) -> None:
        made, followed = self._sent_again(request, [delivery])
        if made:
            messages.success(request, "A second message is on its way.")
        elif followed:
            messages.info(request, "A later one is on its way, or arrived.")

    @button("Cancel", _may_send, outbox.is_early)
    def cancel(self, request: HttpRequest, delivery: Delivery) -> None:
        self._cancelled(request, [delivery.pk])

    @admin.action(description="Send selected once more", permissions=["send"])
    def send_selected_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        rows = _of_user(queryset.filter(state__in=_AGAIN), request.user, change=True)
        made, followed = self._sent_again(request, rows)
        left = f" Of {followed} a later one is on its way, or arrived." if followed else ""
        messages.success(request, f"{made} on their way once more.{left}")

    @admin.action(description="Cancel what has not left", permissions=["send"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        rows = _of_user(queryset, request.user, change=True)
        self._cancelled(request, list(rows.order_by("pk").values_list("pk", flat=True)))

    def has_send_permission(self, request: HttpRequest) -> bool:
        return self._administers(request, None)

    def _sent_again(self, request: HttpRequest, rows: Iterable[Delivery]) -> tuple[int, int]:
        """How many, and of how many there is a later one."""
        made = followed = 0
        try:
            for row in rows:
                if outbox.send_again(row, actor=actor(request), now=timezone.now()):
                    made += 1
                else:
                    followed += 1
        except QuotaExceeded as reason:
            messages.error(request, str(reason))
        return made, followed

    def _cancelled(self, request: HttpRequest, keys: Sequence[int]) -> None:
        number = sum(
            self._cancelled_of(request, Q(pk__in=some)) for some in batches(keys, IN_ONE_TRANSACTION)
        )
        if number:
            messages.success(request, f"{number} will not be sent.")
        else:
            messages.error(request, "It was too late: nothing of it waits any more.")

    def _cancelled_of(self, request: HttpRequest, rows: Q) -> int:
        asked = [row.pk for row in Delivery.objects.filter(rows, outbox.EARLY)]
        number = outbox.cancel(rows, now=timezone.now())
        for row in Delivery.objects.filter(pk__in=asked, state=DeliveryState.CANCELLED):
            self.log_change(request, row, "Cancelled it before it left.")
        return number
