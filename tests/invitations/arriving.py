"""Messages that a server took, without a server."""

from django.utils import timezone

from enrollment.actions import outbox
from enrollment.actions.invitation_sending import send
from enrollment.models import Invitation


def send_and_arrive(*rows: Invitation) -> None:
    now = timezone.now()
    send(rows, actor=None, now=now)
    for leased in outbox.claim(len(rows), now=now):
        assert outbox.begin(leased, now=now) and outbox.sent(leased, now=now)
