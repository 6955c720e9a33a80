"""Invitations on their way to people: sent, sent again, reminded. What leaves is queued; the worker writes it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from enrollment.actions import outbox
from enrollment.actions.invitation_deliveries import ADDRESS
from enrollment.actions.invitation_states import InvitationState, in_state, open_now, unused
from enrollment.actions.invitations import locked, not_since, note_many, renew
from enrollment.actions.message_quota import QuotaExceeded, claim_messages, claim_one
from enrollment.models import Channel, Delivery, DeliveryKind, EventKind, Invitation
from enrollment.models.delivery import UNFINISHED
from sites_config.batches import batches
from sites_config.models import SiteConfiguration, User

WHY_ANOTHER_ADDRESS = "sent to another address"
IN_ONE_TRANSACTION = 1000
NOT_AGAIN_WITHIN = timedelta(days=1)
ANY = Q()
NOTHING = "None of them is open and has an address to send to."
NOTHING_NEW = f"{NOTHING[:-1]}, or they were sent since this page was shown."
WITH_ADDRESS = {channel: ~Q(**{column: ""}) for channel, column in ADDRESS.items()}
# By the address that has the link: a reminder goes the same way.
_WENT_BY = {
    Channel.MAIL: ~Q(sent_to="") & Q(sent_to=F("email")),
    Channel.SMS: ~Q(sent_to="") & Q(sent_to=F("phone")) & ~Q(sent_to=F("email")),
}


class NothingToSend(Exception):
    """The text says why, for administrators."""


@dataclass(frozen=True)
class Ordered:
    """``number`` are on their way; ``left`` were to be, and the day's quota had no more."""

    number: int
    left: int

    def __add__(self, other: "Ordered") -> "Ordered":
        return Ordered(self.number + other.number, self.left + other.left)


def can_be_sent(channel: Channel, now: datetime) -> Q:
    return open_now(now) & WITH_ADDRESS[channel]


def unsent(now: datetime) -> Q:
    """With an e-mail address, and nothing was ever sent, or what was ordered was cancelled. Whether an address gets the
    link that replaced the one it has, somebody decides."""
    kept = Q(renewed_at=None) | Q(sent_to="")
    return in_state(InvitationState.CREATED, now) & WITH_ADDRESS[Channel.MAIL] & kept


def can_be_reminded(now: datetime, *, again: bool = False) -> Q:
    """Sent to the address they have, still unused, and no reminder waits. ``again``: also of those who were reminded
    within the last day."""
    waiting = Delivery.objects.filter(
        invitation=OuterRef("pk"), kind=DeliveryKind.REMINDER, state__in=UNFINISHED
    )
    sent = (
        unused(now) & in_state(InvitationState.SENT, now) & (_WENT_BY[Channel.MAIL] | _WENT_BY[Channel.SMS])
    )
    lately = Q() if again else Q(reminded_at=None) | Q(reminded_at__lte=now - NOT_AGAIN_WITHIN)
    return sent & lately & ~Q(Exists(waiting))


def send(
    invitations: Sequence[Invitation],
    *,
    channel: Channel = Channel.MAIL,
    actor: User | None,
    now: datetime,
    seen: datetime | None = None,
) -> Ordered:
    """As ``send_all`` for rows at hand."""
    return send_all([each.pk for each in invitations], channel=channel, actor=actor, now=now, seen=seen)


def send_all(
    keys: Sequence[int],
    *,
    channel: Channel = Channel.MAIL,
    only: Q = ANY,
    actor: User | None,
    now: datetime,
    seen: datetime | None = None,
) -> Ordered:
    """Queues the links of those that are open and have an address, the oldest first, as many as the day has messages
    left. One whose address changed since it was sent gets a new link first: the old one is in somebody else's mailbox.
    ``only``: which of them, asked once more when nobody else can send them; ``seen``: when whoever sends looked, so
    that what was sent since is left out.

    Raises QuotaExceeded, NothingToSend; then nothing was queued.
    """

    def order(rows: list[Invitation]) -> None:
        for row in rows:
            if row.sent_to and row.sent_to != address_of(row, channel):
                renew(row, actor=actor, now=now, why=WHY_ANOTHER_ADDRESS)
        # What waits for an earlier address would bring the new link to it.
        outbox.cancel(Q(invitation__in=[row.pk for row in rows]), now=now)
        _queue(rows, channel, DeliveryKind.INVITATION, actor=actor, now=now)
        note_many(rows, EventKind.INVITATION_SENT, now=now, actor=actor)

    fit = can_be_sent(channel, now) & only & not_since(EventKind.INVITATION_SENT, seen)
    return _in_parts(keys, fit, order, now, NOTHING if seen is None else NOTHING_NEW)


def remind(
    invitations: Sequence[Invitation],
    *,
    again: bool = False,
    actor: User | None,
    now: datetime,
    seen: datetime | None = None,
) -> Ordered:
    """As ``remind_all`` for rows at hand."""
    return remind_all([each.pk for each in invitations], again=again, actor=actor, now=now, seen=seen)


def remind_all(
    keys: Sequence[int],
    *,
    again: bool = False,
    actor: User | None,
    now: datetime,
    seen: datetime | None = None,
) -> Ordered:
    """Queues a reminder for those of ``can_be_reminded``, the way their link went. ``seen`` and what it raises: as
    ``send_all``."""

    def order(rows: list[Invitation]) -> None:
        for channel in (Channel.MAIL, Channel.SMS):
            gone = [row for row in rows if went_by(row) == channel]
            _queue(gone, channel, DeliveryKind.REMINDER, actor=actor, now=now)
        note_many(rows, EventKind.INVITATION_REMINDED, now=now, actor=actor)

    return _in_parts(
        keys,
        can_be_reminded(now, again=again) & not_since(EventKind.INVITATION_REMINDED, seen),
        order,
        now,
        "None of them was sent to its address, is still unused, and was not reminded within the last day.",
    )


def send_renewed(invitation: Invitation, *, now: datetime) -> bool:
    """The new link to the address that had the old one. False: there is none, or the day's quota is used up."""
    channel = went_by(invitation)
    if not invitation.sent_to or invitation.sent_to != address_of(invitation, channel):
        return False
    try:
        with transaction.atomic():
            claim_one(invitation.site_id, now=now)
            _queue([invitation], channel, DeliveryKind.RENEWED, actor=None, now=now)
    except QuotaExceeded:
        return False
    return True


def address_of(invitation: Invitation, channel: Channel) -> str:
    return str(getattr(invitation, ADDRESS[channel]))


def went_by(invitation: Invitation) -> Channel:
    """Of one that was sent."""
    mailed = invitation.email and invitation.sent_to == invitation.email
    return Channel.MAIL if mailed else Channel.SMS


def _in_parts(
    keys: Sequence[int],
    condition: Q,
    order: Callable[[list[Invitation]], None],
    now: datetime,
    nothing: str,
) -> Ordered:
    """Each part in a transaction of its own, in the order in which they were made."""
    done = Ordered(0, 0)
    for some in batches(sorted(keys), IN_ONE_TRANSACTION):
        with transaction.atomic():
            # Read anew, because a list on a screen is old; locked, because a PIN that fails takes an invitation first
            # and the day's quota after it: in another order the two would wait for each other.
            rows = locked(some, condition)
            fitting = _within_quota(rows, now)
            if fitting:
                order(fitting)
        done += Ordered(len(fitting), len(rows) - len(fitting))
    if not done.number and not done.left:
        raise NothingToSend(nothing)
    if not done.number:
        site = Invitation.objects.filter(pk__in=keys[:1]).values_list("site", flat=True)[0]
        raise QuotaExceeded(SiteConfiguration.for_site(site).messages_per_day)
    return done


def _within_quota(rows: list[Invitation], now: datetime) -> list[Invitation]:
    """Of each site the first, as many as it may order."""
    sites = sorted({row.site_id for row in rows})
    fits = {site: claim_messages(site, sum(row.site_id == site for row in rows), now=now) for site in sites}
    fitting: list[Invitation] = []
    for row in rows:
        if fits[row.site_id]:
            fits[row.site_id] -= 1
            fitting.append(row)
    return fitting


def _queue(
    rows: list[Invitation], channel: Channel, kind: DeliveryKind, *, actor: User | None, now: datetime
) -> None:
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
