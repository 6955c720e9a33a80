"""What a lease holds: a slow server's mails, a report that was cancelled, a message that no worker survives."""

import pytest
from django.contrib.sites.models import Site
from django.db.models import Q
from django.utils import timezone

from enrollment.actions import outbox
from enrollment.actions.invitation_sending import send
from enrollment.actions.outbox import BACK_OFF, LEASE
from enrollment.models import Delivery
from enrollment.outbox.worker import drain
from tests import people
from tests.moved_clock import Clock
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


def queued(site: Site, number: int) -> None:
    rows = [people.invite(site, email=f"person{each}@school.example")[0] for each in range(number)]
    send(rows, actor=None, now=timezone.now())


def test_a_slow_server_gets_every_mail_in_one_try(alpha: Site, smtp: SmtpServer, clock: Clock) -> None:
    smtp.meanwhile = lambda: clock.forward(seconds=50)
    queued(alpha, 5)

    drain()

    assert [(row.state, row.attempts) for row in Delivery.objects.all()] == [("sent", 1)] * 5


def test_what_is_cancelled_behind_a_slow_one_does_not_leave(alpha: Site, clock: Clock) -> None:
    queued(alpha, 2)
    first, second = outbox.claim(2, now=clock.time)
    outbox.cancel(Q(pk=second.pk), now=clock.time)

    assert outbox.keep(first, now=clock.time) and not outbox.keep(second, now=clock.time)


def test_a_worker_whose_lease_is_over_hands_nothing_over(alpha: Site, clock: Clock) -> None:
    """Nobody has taken the row from it yet, and another may in the next moment."""
    queued(alpha, 2)
    in_time, late = outbox.claim(2, now=clock.time)
    clock.forward(seconds=LEASE.total_seconds() - 1)
    assert outbox.begin(in_time, now=clock.time)
    clock.forward(seconds=1)

    assert not outbox.begin(late, now=clock.time)

    late.refresh_from_db()
    assert late.state == "leased"


def test_a_message_that_no_worker_survives_ends(alpha: Site, clock: Clock) -> None:
    queued(alpha, 1)
    for _death in range(len(BACK_OFF) + 1):
        assert outbox.claim(1, now=clock.time)
        clock.forward(minutes=3)
        outbox.reap(now=clock.time)

    row = Delivery.objects.get()
    assert row.state == "failed" and "Every worker" in row.error and row.done_at == clock.time
