"""Invitations on their way to people: sent, sent again, reminded. What leaves is queued; the worker writes it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from enrollment.actions import outbox
from enrollment.actions.invitation_states import open_now, unused
from enrollment.actions.invitations import note_many, renew
from enrollment.actions.message_quota import QuotaExceeded, claim_messages
from enrollment.models import Channel, Delivery, DeliveryKind, EventKind, Invitation
from sites_config.batches import batches
from sites_config.models import SiteConfiguration, User

WHY_ANOTHER_ADDRESS = "sent to another address"


class NothingToSend(Exception):
    """The text says why, for administrators."""


def send(
    invitations: Iterable[Invitation],
    *,
    channel: Channel = Channel.MAIL,
    actor: User | None,
    now: datetime,
) -> int:
    """Queues the links of those that are open and have an address; how many. One whose address changed since it was
    sent gets a new link first: the old one is in somebody else's mailbox.

    Raises QuotaExceeded, NothingToSend; then nothing was queued.
    """
    with transaction.atomic():
        rows = _still(open_now(now), invitations, channel)
        if not rows:
            raise NothingToSend("None of them is open and has an address to send to.")
        for row in rows:
            if row.sent_to and row.sent_to != address_of(row, channel):
                renew(row, actor=actor, now=now, why=WHY_ANOTHER_ADDRESS)
        _cancel_waiting(rows, now)
        _order(rows, channel, DeliveryKind.INVITATION, actor=actor, now=now)
        note_many(rows, EventKind.INVITATION_SENT, now=now, actor=actor)
        _mark_sent(rows, channel, now)
    return len(rows)


def remind(invitations: Iterable[Invitation], *, actor: User | None, now: datetime) -> int:
    """Queues a reminder for those that were sent and that nobody began to use. Raises as ``send``."""
    channel = Channel.MAIL
    with transaction.atomic():
        rows = _still(unused(now) & Q(sent_at__isnull=False), invitations, channel)
        rows = [row for row in rows if row.sent_to == address_of(row, channel)]
        if not rows:
            raise NothingToSend("None of them was sent to its address and is still unused.")
        _order(rows, channel, DeliveryKind.REMINDER, actor=actor, now=now)
        note_many(rows, EventKind.INVITATION_REMINDED, now=now, actor=actor)
        _update(rows, reminded_at=now)
    return len(rows)


def send_renewed(invitation: Invitation, *, now: datetime) -> bool:
    """The new link to the address that had the old one. False: there is none, or the day's quota is used up."""
    channel = Channel.MAIL if invitation.email and invitation.sent_to == invitation.email else Channel.SMS
    if not invitation.sent_to or invitation.sent_to != address_of(invitation, channel):
        return False
    try:
        with transaction.atomic():
            _order([invitation], channel, DeliveryKind.RENEWED, actor=None, now=now)
    except QuotaExceeded:
        return False
    return True


def address_of(invitation: Invitation, channel: Channel) -> str:
    return invitation.email if channel == Channel.MAIL else invitation.phone


def _still(condition: Q, invitations: Iterable[Invitation], channel: Channel) -> list[Invitation]:
    """Read anew, because a list on a screen is old; locked, because a PIN that fails takes an invitation first and the
    day's quota after it: in another order the two would wait for each other."""
    asked = [each.pk for each in invitations]
    rows = Invitation.objects.select_for_update(no_key=True).filter(condition, pk__in=asked).order_by("pk")
    return [row for row in rows if address_of(row, channel)]


def _cancel_waiting(rows: list[Invitation], now: datetime) -> None:
    """What waits for an earlier address would bring the new link to it."""
    for some in batches(rows, outbox.IN_ONE_INSERT):
        outbox.cancel(Q(invitation__in=[row.pk for row in some]), now=now)


def _order(
    rows: list[Invitation], channel: Channel, kind: DeliveryKind, *, actor: User | None, now: datetime
) -> None:
    by_site: dict[int, int] = {}
    for row in rows:
        by_site[row.site_id] = by_site.get(row.site_id, 0) + 1
    for site_id, number in sorted(by_site.items()):
        claim_messages(site_id, number, now=now)
    deliveries = (
        Delivery(
            site_id=row.site_id,
            channel=channel,
            kind=kind,
            invitation=row,
            recipient=address_of(row, channel),
            language=row.language or SiteConfiguration.for_site(row.site_id).default_language,
        )
        for row in rows
    )
    outbox.queue(deliveries, created_by=actor, now=now)


def _mark_sent(rows: list[Invitation], channel: Channel, now: datetime) -> None:
    for row in rows:
        row.sent_at, row.sent_to = now, address_of(row, channel)
    Invitation.objects.bulk_update(rows, ["sent_at", "sent_to"], batch_size=500)


def _update(rows: list[Invitation], **columns: object) -> None:
    for some in batches(rows, outbox.IN_ONE_INSERT):
        Invitation.objects.filter(pk__in=[row.pk for row in some]).update(**columns)
