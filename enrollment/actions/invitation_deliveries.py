"""What became of the messages that bring a link, noted on their invitations: a message that was ordered is not sent.

Whoever changes such a message locks its invitation first, as whoever sends does: in another order two would wait for
each other.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from enrollment.actions.invitation_states import open_now, unused
from enrollment.models import Channel, Delivery, DeliveryKind, DeliveryState, Invitation
from enrollment.models.delivery import UNFINISHED
from enrollment.models.invitation import Sending
from sites_config.batches import batches

# A reminder repeats a link that arrived: what becomes of it changes nothing of that.
BRINGING = (DeliveryKind.INVITATION, DeliveryKind.RENEWED)
IN_ONE_UPDATE = 500
# By how a message goes, the column of the invitation to which.
ADDRESS: dict[str, str] = {Channel.MAIL: "email", Channel.SMS: "phone"}
_SENDING_OF = Case(
    When(state__in=UNFINISHED, then=Value(Sending.ORDERED)),
    When(state=DeliveryState.FAILED, then=Value(Sending.FAILED)),
    When(state=DeliveryState.UNKNOWN, then=Value(Sending.UNKNOWN)),
    default=Value(Sending.NONE),
)


def lock_invitations(rows: QuerySet[Delivery]) -> None:
    """Those of these messages, in the order in which everybody locks them; call it in a transaction."""
    keys = rows.filter(invitation__isnull=False).order_by().values("invitation")
    list(Invitation.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values("pk"))


def may_leave(delivery: Delivery, *, now: datetime) -> bool:
    """The link that was written into it is still the invitation's, and still for that address; call it under its
    lock."""
    if delivery.invitation is None:
        return True
    good = unused(now) if delivery.kind == DeliveryKind.REMINDER else open_now(now)
    address = Q(**{ADDRESS[delivery.channel]: delivery.recipient})
    return _with_its_link(delivery).filter(good, address).exists()


def note_sending(invitations: Sequence[int]) -> None:
    """By their keys: what the latest message says that was not cancelled, and that may have brought the link of now."""
    since = Coalesce(OuterRef("renewed_at"), OuterRef("created_at"))
    brought = Delivery.objects.filter(
        Q(done_at=None) | Q(done_at__gte=since), invitation=OuterRef("pk"), kind__in=BRINGING
    )
    latest = brought.exclude(state=DeliveryState.CANCELLED).order_by("-pk").annotate(says=_SENDING_OF)
    says = Coalesce(Subquery(latest.values("says")[:1]), Value(Sending.NONE))
    for some in batches(invitations, IN_ONE_UPDATE):
        Invitation.objects.filter(pk__in=some).update(sending=says)


def note_ordered(deliveries: Iterable[Delivery]) -> None:
    found = (row.invitation_id for row in deliveries if row.kind in BRINGING)
    for some in batches([key for key in found if key is not None], IN_ONE_UPDATE):
        Invitation.objects.filter(pk__in=some).update(sending=Sending.ORDERED)


def note_begun(delivery: Delivery) -> None:
    """From now on the link may be in that mailbox, whatever the server says."""
    if delivery.kind in BRINGING:
        _of(delivery).update(sent_to=delivery.recipient)


def note_ended(delivery: Delivery, state: DeliveryState, *, now: datetime) -> None:
    """``state``: the one in which it ended. One that brought a link which was replaced on the way brought nothing."""
    arrived = state == DeliveryState.SENT
    if delivery.kind in BRINGING and delivery.invitation_id is not None:
        if arrived:
            _with_its_link(delivery).update(sent_at=now)
        note_sending([delivery.invitation_id])
    elif delivery.kind == DeliveryKind.REMINDER and arrived:
        _of(delivery).update(reminded_at=now)


def _of(delivery: Delivery) -> QuerySet[Invitation]:
    return Invitation.objects.filter(pk=delivery.invitation_id or 0)


def _with_its_link(delivery: Delivery) -> QuerySet[Invitation]:
    """While it has the link that was written: whoever writes a message reads the invitation for it once."""
    written = delivery.invitation
    return _of(delivery).filter(token_sha256=bytes(written.token_sha256) if written else b"")
