"""Messages and PINs in the same moment."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import pytest
from django.contrib.sites.models import Site
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from enrollment.actions import outbox
from enrollment.actions.invitation_sending import NothingToSend, remind, send
from enrollment.actions.message_quota import QuotaExceeded
from enrollment.actions.pins import LinkRenewed, WrongPin, check_pin, sealed
from enrollment.models import Delivery, DeliveryKind, Invitation, MessageCount
from tests import people
from tests.invitations.arriving import send_and_arrive
from tests.races.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)
T = TypeVar("T")


def alone(call: Callable[[], T]) -> Callable[[], T]:
    """On a connection of its thread's own."""

    def called() -> T:
        try:
            return call()
        finally:
            connection.close()

    return called


def test_twenty_pins_at_once_get_five_answers(alpha: Site) -> None:
    row, _token = people.invite(alpha, pin_encrypted=sealed("471100"), email="ana@school.example")
    send_and_arrive(row)

    def guess(opened: Invitation) -> str:
        try:
            check_pin(opened, "000000", now=timezone.now())
        except WrongPin:
            return "wrong"
        except LinkRenewed:
            return "renewed"
        return "right"

    tabs = [Invitation.objects.get(pk=row.pk) for _tab in range(20)]
    said = at_once([alone(partial(guess, each)) for each in tabs])
    assert said.count("wrong") <= 4 and "right" not in said
    assert Delivery.objects.filter(kind=DeliveryKind.RENEWED).count() == 1


def test_a_quota_holds_for_all_at_once(alpha: Site) -> None:
    people.configure(alpha, messages_per_day=5)
    rows = [people.invite(alpha, email=f"person{each}@school.example")[0] for each in range(12)]

    def order(row: Invitation) -> int:
        try:
            return send([row], actor=None, now=timezone.now()).number
        except QuotaExceeded:
            return 0

    assert sum(at_once([alone(partial(order, row)) for row in rows])) == 5
    assert Delivery.objects.count() == MessageCount.objects.get().used == 5


def test_what_many_at_once_leave_over_is_what_the_quota_lacks(alpha: Site) -> None:
    people.configure(alpha, messages_per_day=20)
    rows = [people.invite(alpha, email=f"person{each}@school.example")[0] for each in range(48)]
    classes = [rows[begin : begin + 6] for begin in range(0, 48, 6)]

    def order(of_class: list[Invitation]) -> tuple[int, int]:
        try:
            done = send(of_class, actor=None, now=timezone.now())
        except QuotaExceeded:
            return 0, len(of_class)
        return done.number, done.left

    said = at_once([alone(partial(order, each)) for each in classes])

    assert (sum(sent for sent, _left in said), sum(left for _sent, left in said)) == (20, 28)
    assert Delivery.objects.count() == MessageCount.objects.get().used == 20


def test_a_double_click_on_a_button_sends_and_reminds_once(alpha: Site) -> None:
    rows = [people.invite(alpha, email=f"person{each}@school.example")[0] for each in range(6)]
    shown = timezone.now()

    def press(order: Callable[..., object]) -> int:
        try:
            order(rows, actor=None, now=timezone.now(), seen=shown)
        except NothingToSend:
            return 0
        return 1

    assert sum(at_once([alone(partial(press, send))] * 4)) == 1
    assert Delivery.objects.count() == MessageCount.objects.get().used == 6
    for leased in outbox.claim(6, now=timezone.now()):
        assert outbox.begin(leased, now=timezone.now()) and outbox.sent(leased, now=timezone.now())
    shown = timezone.now()
    assert sum(at_once([alone(partial(press, partial(remind, again=True)))] * 4)) == 1
    assert Delivery.objects.filter(kind=DeliveryKind.REMINDER).count() == 6


def test_a_message_that_ends_while_it_is_sent_again_waits_for_nobody_for_ever(alpha: Site) -> None:
    rows = [people.invite(alpha, email=f"person{each}@school.example")[0] for each in range(40)]
    send(rows, actor=None, now=timezone.now())
    leased = outbox.claim(20, now=timezone.now())

    def end(delivery: Delivery) -> bool:
        outbox.begin(delivery, now=timezone.now())
        return outbox.failed(delivery, "550 no", now=timezone.now())

    calls: list[Callable[[], object]] = [alone(partial(end, each)) for each in leased]
    calls += [alone(lambda: send(rows, actor=None, now=timezone.now())) for _ in range(3)]
    calls += [alone(lambda: outbox.cancel(Q(channel="mail"), now=timezone.now())) for _ in range(3)]

    assert len(at_once(calls)) == len(calls)


def test_workers_share_what_waits(alpha: Site) -> None:
    rows = [people.invite(alpha, email=f"person{each}@school.example")[0] for each in range(60)]
    send(rows, actor=None, now=timezone.now())

    taken = at_once([alone(lambda: outbox.claim(20, now=timezone.now())) for _worker in range(8)])
    keys = [row.pk for some in taken for row in some]

    assert len(keys) == len(set(keys)) and len(keys) >= 20


def test_sending_while_wrong_pins_are_tried_waits_for_nobody_for_ever(alpha: Site) -> None:
    rows = [
        people.invite(alpha, pin_encrypted=sealed("471100"), email=f"person{each}@school.example")[0]
        for each in range(20)
    ]
    send(rows, actor=None, now=timezone.now())
    Invitation.objects.update(pin_tries=4)
    fresh = list(Invitation.objects.all())

    def spoil(row: Invitation) -> int:
        with pytest.raises(LinkRenewed):
            check_pin(row, "000000", now=timezone.now())
        return 0

    calls: list[Callable[[], object]] = [alone(partial(spoil, row)) for row in fresh]
    calls += [alone(lambda: send(list(reversed(fresh)), actor=None, now=timezone.now())) for _ in range(4)]
    assert at_once(calls)
