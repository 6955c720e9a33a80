"""What became of the messages that bring a link, noted on their invitations: a message that was ordered is not sent.

Whoever changes such a message locks its invitation first, as whoever sends does: in another order two would wait for
each other.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import QuerySet

from enrollment.models import Delivery, DeliveryKind, DeliveryState, Invitation
from enrollment.models.invitation import Sending
from sites_config.batches import batches

# A reminder repeats a link that arrived: what becomes of it changes nothing of that.
BRINGING = (DeliveryKind.INVITATION, DeliveryKind.RENEWED)
SENDING_OF = {DeliveryState.FAILED: Sending.FAILED, DeliveryState.UNKNOWN: Sending.UNKNOWN}
IN_ONE_UPDATE = 500


def lock_invitations(rows: QuerySet[Delivery]) -> None:
    """Those of these messages, in the order in which everybody locks them; call it in a transaction."""
    keys = rows.filter(invitation__isnull=False).order_by().values("invitation")
    list(Invitation.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values("pk"))


def brought_by(rows: QuerySet[Delivery]) -> list[int]:
    """The invitations whose link these messages bring."""
    found = rows.filter(kind__in=BRINGING, invitation__isnull=False).order_by()
    return list(found.values_list("invitation", flat=True))


def note_sending(invitations: Sequence[int], sending: Sending) -> None:
    """By their keys. NONE: of messages that were cancelled; then an earlier one counts, if there was any."""
    for some in batches(invitations, IN_ONE_UPDATE):
        Invitation.objects.filter(pk__in=some).update(sending=sending)


def note_ordered(deliveries: Iterable[Delivery]) -> None:
    found = (row.invitation_id for row in deliveries if row.kind in BRINGING)
    note_sending([key for key in found if key is not None], Sending.ORDERED)


def note_begun(delivery: Delivery) -> None:
    """From now on the link may be in that mailbox, whatever the server says."""
    if delivery.kind in BRINGING:
        _of(delivery).update(sent_to=delivery.recipient)


def note_ended(delivery: Delivery, state: DeliveryState, *, now: datetime) -> None:
    """``state``: the one in which it ended."""
    arrived = state == DeliveryState.SENT
    if delivery.kind in BRINGING:
        sent = {"sent_at": now} if arrived else {}
        _of(delivery).update(sending=SENDING_OF.get(state, Sending.NONE), **sent)
    elif delivery.kind == DeliveryKind.REMINDER and arrived:
        _of(delivery).update(reminded_at=now)


def _of(delivery: Delivery) -> QuerySet[Invitation]:
    return Invitation.objects.filter(pk=delivery.invitation_id or 0)
