"""The outbox: what is to leave the house, one row a recipient, taken by workers under a lease.

    waiting ─► leased ─► sending ─► sent | failed | unknown
       ▲__________┴ lapsed, or the other side can't be reached now

SENDING is committed before the content is handed over. Whatever dies from there on leaves a row of which nobody knows
whether it arrived: it becomes UNKNOWN and is never sent again by itself.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from enrollment.actions.invitation_deliveries import (
    BRINGING,
    lock_invitations,
    may_leave,
    note_begun,
    note_ended,
    note_ordered,
    note_sending,
)
from enrollment.actions.message_quota import claim_one
from enrollment.models import Channel, Delivery, DeliveryState
from enrollment.models.delivery import UNFINISHED
from sites_config.batches import batches
from sites_config.models import User

LEASE = timedelta(minutes=2)
# The time before each further try; after the last of them the delivery fails. Three days in all.
BACK_OFF = (
    *(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)),
    *(timedelta(hours=6) for _try in range(12)),
)
LONGEST_ERROR = 300
# A report that was taken may be on its way: nothing says when it begins.
EARLY = Q(state=DeliveryState.WAITING) | Q(state=DeliveryState.LEASED) & ~Q(channel=Channel.WEBHOOK)
IN_ONE_INSERT = 1000
IN_ONE_UPDATE = 1000


def is_early(delivery: Delivery) -> bool:
    """``EARLY`` of a row that is at hand."""
    taken = delivery.state == DeliveryState.LEASED and delivery.channel != Channel.WEBHOOK
    return delivery.state == DeliveryState.WAITING or taken


def queue(deliveries: Iterable[Delivery], *, created_by: User | None, now: datetime) -> int:
    """Call it in the transaction of what they tell of."""
    rows = list(deliveries)
    for row in rows:
        row.created_by, row.created_at, row.next_try_at = created_by, now, now
    note_ordered(rows)
    return len(Delivery.objects.bulk_create(rows, batch_size=IN_ONE_INSERT))


def claim(number: int, *, now: datetime) -> list[Delivery]:
    """Up to that many messages for people that are due, under a new lease: no other worker gets them while it lasts."""
    due = _due(now).filter(webhook=None).order_by("next_try_at", "pk")
    return _lease(due.values_list("pk", flat=True)[:number], now)


def claim_webhooks(number: int, *, after: int, now: datetime) -> list[Delivery]:
    """Likewise messages for programs: of the receiver that comes next behind the one with the key ``after``."""
    due = _due(now).filter(webhook__isnull=False)
    order = ("webhook", "next_try_at", "pk")
    found = list(due.filter(webhook__gt=after).order_by(*order).values_list("pk", "webhook")[:number])
    if not found and after:
        found = list(due.order_by(*order).values_list("pk", "webhook")[:number])
    return _lease([pk for pk, webhook in found if webhook == found[0][1]], now)


def _due(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=DeliveryState.WAITING, next_try_at__lte=now)


def _lease(pks: Iterable[int], now: datetime) -> list[Delivery]:
    lease, chosen = uuid.uuid4(), list(pks)
    if not chosen:
        return []
    # The condition again: another worker may have been faster.
    Delivery.objects.filter(pk__in=chosen, state=DeliveryState.WAITING).update(
        state=DeliveryState.LEASED, lease=lease, leased_until=now + LEASE, attempts=F("attempts") + 1
    )
    rows = Delivery.objects.filter(pk__in=chosen, lease=lease, state=DeliveryState.LEASED)
    # What a row is about is read when its turn comes: it may change while those before it go.
    return list(rows.order_by("next_try_at", "pk"))


def keep(delivery: Delivery, *, now: datetime) -> bool:
    """Before work on it starts: what came before it may have taken long. False: another has it, or it was cancelled."""
    return _move(delivery, DeliveryState.LEASED, leased_until=now + LEASE)


def begin(delivery: Delivery, *, now: datetime) -> bool:
    """To be committed before the content leaves. False: the lease is over, somebody cancelled it, or its invitation is
    not as it was when the message was written."""
    with transaction.atomic():
        lock_invitations(Delivery.objects.filter(pk=delivery.pk))
        begun = may_leave(delivery, now=now) and _move(
            delivery, DeliveryState.LEASED, state=DeliveryState.SENDING, leased_until=now + LEASE, unless=now
        )
        if begun:
            note_begun(delivery)
    return begun


def sent(delivery: Delivery, *, now: datetime) -> bool:
    """What never began to leave was not sent; only a report needs no beginning."""
    if delivery.state != DeliveryState.SENDING and delivery.channel != Channel.WEBHOOK:
        return False
    return _finish(delivery, DeliveryState.SENT, "", now)


def failed(delivery: Delivery, error: str, *, now: datetime) -> bool:
    """The other side said no for good."""
    return _finish(delivery, DeliveryState.FAILED, error, now)


def unknown(delivery: Delivery, error: str, *, now: datetime) -> bool:
    """The content left and no answer came."""
    return _finish(delivery, DeliveryState.UNKNOWN, error, now)


def retry(delivery: Delivery, error: str, *, now: datetime) -> bool:
    """Nothing was handed over: later, and at last never."""
    if delivery.attempts > len(BACK_OFF):
        return failed(delivery, error, now=now)
    return _move(
        delivery,
        DeliveryState.LEASED,
        DeliveryState.SENDING,
        state=DeliveryState.WAITING,
        next_try_at=now + BACK_OFF[delivery.attempts - 1],
        error=error[:LONGEST_ERROR],
        lease=None,
        leased_until=None,
    )


def give_back(deliveries: Iterable[Delivery]) -> int:
    """Leased rows that their worker does not get to, because it stops: at once free for another, no try counted."""
    keys = {row.pk: row.lease for row in deliveries}
    rows = Delivery.objects.filter(pk__in=keys, lease__in=set(keys.values()), state=DeliveryState.LEASED)
    return rows.update(state=DeliveryState.WAITING, lease=None, leased_until=None, attempts=F("attempts") - 1)


def reap(*, now: datetime) -> int:
    """What dead workers left: of a lease without content another try, of content on its way nobody knows."""
    lapsed = Delivery.objects.filter(leased_until__lte=now)
    if not lapsed.exists():  # as nearly always: an UPDATE of nothing would still stop every writer of SQLite
        return 0
    leased = lapsed.filter(state=DeliveryState.LEASED)
    with transaction.atomic():
        lock_invitations(lapsed)
        deadly = end_all(
            leased.filter(attempts__gt=len(BACK_OFF)),
            DeliveryState.FAILED,
            "Every worker that took it ended before it was sent.",
            now=now,
        )
        lost = end_all(
            lapsed.filter(state=DeliveryState.SENDING),
            DeliveryState.UNKNOWN,
            "The worker ended while it was on its way.",
            now=now,
        )
        back = leased.update(state=DeliveryState.WAITING, next_try_at=now, lease=None, leased_until=None)
    return back + lost + deadly


def cancel(rows: Q, *, now: datetime) -> int:
    """Those of the condition that have not begun to leave."""
    early = Delivery.objects.filter(rows, EARLY)
    with transaction.atomic():
        lock_invitations(early)
        return end_all(early, DeliveryState.CANCELLED, "", now=now)


def end_all(rows: QuerySet[Delivery], state: DeliveryState, why: str, *, now: datetime) -> int:
    """Call it in a transaction that has locked their invitations; ``why`` "" leaves what was said of them before."""
    locked = rows.select_for_update().order_by("pk")
    found = list(locked.values_list("pk", "invitation", "kind"))
    said = {"error": why} if why else {}
    for some in batches([pk for pk, _invitation, _kind in found], IN_ONE_UPDATE):
        Delivery.objects.filter(pk__in=some).update(
            state=state, done_at=now, lease=None, leased_until=None, **said
        )
    note_sending([key for _pk, key, kind in found if key is not None and kind in BRINGING])
    return len(found)


def send_again(delivery: Delivery, *, actor: User | None, now: datetime) -> Delivery | None:
    """A person decides: a new row for one that failed or of which nobody knows. None: it is still on its way, or a
    later one is or arrived, as after the first of two clicks.

    Raises QuotaExceeded.
    """
    with transaction.atomic():
        this = Delivery.objects.filter(pk=delivery.pk)
        lock_invitations(this)
        row = this.select_for_update().get()
        if row.state in UNFINISHED or _followed(row):
            return None
        if row.channel != Channel.WEBHOOK:
            claim_one(row.site_id, now=now)
        copy = Delivery(
            site_id=row.site_id,
            channel=row.channel,
            kind=row.kind,
            invitation_id=row.invitation_id,
            webhook_id=row.webhook_id,
            data=row.data,
            recipient=row.recipient,
            language=row.language,
        )
        queue([copy], created_by=actor, now=now)
    return copy


def _followed(row: Delivery) -> bool:
    later = Delivery.objects.filter(pk__gt=row.pk, state__in=(*UNFINISHED, DeliveryState.SENT))
    if row.channel == Channel.WEBHOOK:
        return later.filter(webhook=row.webhook_id, data=row.data).exists()
    kinds = BRINGING if row.kind in BRINGING else (row.kind,)
    return later.filter(invitation=row.invitation_id, kind__in=kinds).exists()


def _finish(delivery: Delivery, state: DeliveryState, error: str, now: datetime) -> bool:
    with transaction.atomic():
        lock_invitations(Delivery.objects.filter(pk=delivery.pk))
        finished = _move(
            delivery,
            DeliveryState.LEASED,
            DeliveryState.SENDING,
            state=state,
            error=error[:LONGEST_ERROR],
            done_at=now,
            lease=None,
            leased_until=None,
        )
        if finished:
            note_ended(delivery, state, now=now)
    return finished


def _move(
    delivery: Delivery, *before: DeliveryState, unless: datetime | None = None, **columns: object
) -> bool:
    """By the worker whose lease it is; ``unless``: its lease ended by then."""
    own = Delivery.objects.filter(pk=delivery.pk, lease=delivery.lease, state__in=before)
    if unless is not None:
        own = own.filter(leased_until__gt=unless)
    if not own.update(**columns):
        return False
    for name, value in columns.items():
        if name != "lease":  # by which this worker is known
            setattr(delivery, name, value)
    return True
