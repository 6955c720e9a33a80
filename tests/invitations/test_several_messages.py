"""An invitation that was sent more than once: the latest message counts that was not cancelled."""

import io

import pytest
from django.contrib.sites.models import Site
from django.core.management import call_command
from django.test import Client

from enrollment.actions import outbox
from enrollment.actions.invitation_sending import send
from enrollment.models import Delivery, Invitation
from enrollment.outbox.worker import drain
from tests import people
from tests.invitations.test_delivery_states import state
from tests.moved_clock import Clock
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/enrollment/invitation/"
MESSAGES = "/admin/enrollment/delivery/"
ANA = "ana@school.example"


@pytest.fixture
def row(alpha: Site, clock: Clock) -> Invitation:
    return people.invite(alpha, email=ANA)[0]


def ordered(row: Invitation, clock: Clock) -> Delivery:
    clock.forward(minutes=1)
    send([row], actor=None, now=clock.time)
    return Delivery.objects.latest("pk")


def on_its_way(clock: Clock) -> Delivery:
    (leased,) = outbox.claim(1, now=clock.time)
    assert outbox.begin(leased, now=clock.time)
    return leased


def cancel(client: Client, message: Delivery) -> None:
    client.post(f"{MESSAGES}{message.pk}/press/cancel/")
    message.refresh_from_db()
    assert message.state == "cancelled"


@pytest.mark.parametrize(
    ("ends", "says"),
    [
        (outbox.failed, "Not delivered"),
        (outbox.unknown, "Unknown whether it arrived"),
        (lambda first, _why, now: outbox.sent(first, now=now), "Sent"),
    ],
)
def test_when_the_second_is_cancelled_the_first_counts(
    as_anna: Client, row: Invitation, clock: Clock, ends: object, says: str
) -> None:
    ordered(row, clock)
    assert callable(ends) and ends(on_its_way(clock), "", now=clock.time)
    second = ordered(row, clock)
    assert state(as_anna) == "Being sent"

    cancel(as_anna, second)

    assert state(as_anna) == says
    out = io.StringIO()
    call_command("invite", "--site", "alpha.test", "--send-unsent", "--dry-run", stdout=out)
    assert out.getvalue().startswith("0 "), "what may have arrived is sent again by nobody alone"


def test_when_the_second_is_cancelled_the_first_may_still_be_on_its_way(
    as_anna: Client, row: Invitation, clock: Clock
) -> None:
    ordered(row, clock)
    first = on_its_way(clock)
    cancel(as_anna, ordered(row, clock))

    assert state(as_anna) == "Being sent"
    outbox.sent(first, now=clock.time)
    assert state(as_anna) == "Sent"


def test_while_the_second_waits_the_end_of_the_first_does_not_count(
    as_anna: Client, row: Invitation, clock: Clock
) -> None:
    ordered(row, clock)
    first = on_its_way(clock)
    ordered(row, clock)

    outbox.failed(first, "550 no", now=clock.time)

    assert state(as_anna) == "Being sent"
    outbox.sent(on_its_way(clock), now=clock.time)
    assert state(as_anna) == "Sent"


def test_the_latest_says_that_the_mailbox_is_gone(
    as_anna: Client, row: Invitation, smtp: SmtpServer, clock: Clock
) -> None:
    ordered(row, clock)
    drain()
    smtp.rude = {ANA: "550 No such mailbox"}
    ordered(row, clock)
    drain()

    assert state(as_anna) == "Not delivered"


def test_an_old_message_to_a_wrong_address_is_not_sent_again_once_the_right_one_has_it(
    as_anna: Client, row: Invitation, smtp: SmtpServer, clock: Clock
) -> None:
    smtp.rude = {ANA: "550 No such mailbox"}
    wrong = ordered(row, clock)
    drain()
    Invitation.objects.update(email="ana.alvarez@school.example")
    ordered(row, clock)
    drain()

    page = as_anna.post(f"{MESSAGES}{wrong.pk}/press/send_again/", follow=True).content.decode()
    drain()

    assert "A later one is on its way, or arrived." in page and state(as_anna) == "Sent"
    assert len(smtp.mails) == 1


@pytest.mark.parametrize("selected", [False, True])
def test_send_again_pressed_twice_sends_one(
    as_anna: Client, row: Invitation, smtp: SmtpServer, clock: Clock, selected: bool
) -> None:
    """Also when the worker was between the two clicks."""
    smtp.rude = {ANA: "550 Try another"}
    failed = ordered(row, clock)
    drain()
    smtp.rude = {}
    press = (MESSAGES, {"action": "send_selected_again", "_selected_action": [failed.pk]})
    if not selected:
        press = (f"{MESSAGES}{failed.pk}/press/send_again/", {})

    as_anna.post(*press)
    as_anna.post(*press)
    drain()
    page = as_anna.post(*press, follow=True).content.decode()

    assert len(smtp.mails) == 1 and Delivery.objects.count() == 2
    assert "a later one is on its way, or arrived" in page.lower()
