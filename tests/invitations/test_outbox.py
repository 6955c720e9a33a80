"""The outbox with a mail server that is rude, slow, dead: nothing is lost, and nothing goes out twice by itself."""

import logging
from datetime import timedelta

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.actions import outbox
from enrollment.actions.invitation_sending import send
from enrollment.actions.message_quota import QuotaExceeded
from enrollment.models import Channel, Delivery, DeliveryState, Invitation, MessageCount
from enrollment.outbox.mail import Refused
from enrollment.outbox.worker import drain
from tests import people
from tests.moved_clock import Clock
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


def invited(site: Site, number: int) -> list[Invitation]:
    rows = [people.invite(site, email=f"person{each}@school.example")[0] for each in range(number)]
    send(rows, actor=None, now=timezone.now())
    return rows


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def test_a_dead_server_costs_nothing_but_time(alpha: Site, smtp: SmtpServer, clock: Clock) -> None:
    smtp.stop()
    invited(alpha, 3)

    assert drain() == 3
    assert states() == ["waiting"] * 3
    first = Delivery.objects.first()
    assert first is not None and first.attempts == 1 and "refused" in first.error.lower()
    assert first.next_try_at == clock.time + timedelta(minutes=1)
    assert drain() == 0, "not before its time"
    smtp.start()
    clock.forward(minutes=1)
    drain()
    assert states() == ["sent"] * 3 and len(smtp.mails) == 3


def test_after_three_days_it_gives_up(alpha: Site, smtp: SmtpServer, clock: Clock) -> None:
    smtp.stop()
    begun = clock.time
    invited(alpha, 1)

    while states() == ["waiting"]:
        drain()
        clock.forward(minutes=1)
        waiting = Delivery.objects.get()
        clock.forward(seconds=max(0, (waiting.next_try_at - clock.time).total_seconds()))

    assert states() == ["failed"]
    assert timedelta(days=3) <= clock.time - begun <= timedelta(days=3, hours=8)


def test_a_refused_address_stops_nobody_else(alpha: Site, smtp: SmtpServer, clock: Clock) -> None:
    smtp.rude = {"person0@school.example": "550 No such mailbox", "person1@school.example": "451 Busy"}
    invited(alpha, 3)

    drain()

    assert states() == ["failed", "waiting", "sent"]
    assert Delivery.objects.earliest("pk").error == "550 No such mailbox"
    clock.forward(minutes=1)
    smtp.rude = {}
    drain()
    assert states() == ["failed", "sent", "sent"]


def test_a_line_cut_after_the_content_is_unknown_and_never_repeated(
    alpha: Site, smtp: SmtpServer, clock: Clock, as_anna: Client
) -> None:
    smtp.dies_after = 1
    invited(alpha, 2)

    drain()
    assert states() == ["sent", "unknown"]
    smtp.dies_after = None
    clock.forward(hours=7)
    drain()
    assert states() == ["sent", "unknown"] and len(smtp.mails) == 1

    lost = Delivery.objects.get(state=DeliveryState.UNKNOWN)
    page = as_anna.get(f"/admin/enrollment/delivery/{lost.pk}/change/").content.decode()
    assert "Unknown whether it arrived" in page
    as_anna.post(f"/admin/enrollment/delivery/{lost.pk}/press/send_again/")
    drain()
    assert states() == ["sent", "unknown", "sent"]


def test_a_message_keeps_its_id_over_all_tries(alpha: Site, smtp: SmtpServer, clock: Clock) -> None:
    invited(alpha, 1)
    known = Delivery.objects.get().message_id
    smtp.rude = {"person0@school.example": "451 Busy"}
    drain()
    smtp.rude = {}
    clock.forward(minutes=1)
    drain()

    assert smtp.mails[0]["Message-ID"] == f"<{known}@school.example>"


def test_two_workers_share_the_work(alpha: Site, smtp: SmtpServer) -> None:
    invited(alpha, 3)
    now = timezone.now()

    first, second = outbox.claim(2, now=now), outbox.claim(2, now=now)

    assert [len(first), len(second)] == [2, 1] and {row.pk for row in first}.isdisjoint({second[0].pk})
    assert outbox.claim(2, now=now) == []


def test_a_worker_whose_lease_is_over_sends_nothing_more(alpha: Site, smtp: SmtpServer, clock: Clock) -> None:
    invited(alpha, 1)
    (slow,) = outbox.claim(1, now=clock.time)
    clock.forward(minutes=3)
    drain()

    assert not outbox.begin(slow, now=clock.time)
    assert not outbox.retry(slow, "late", now=clock.time)
    assert states() == ["sent"] and len(smtp.mails) == 1


def test_cancelled_is_cancelled(alpha: Site, smtp: SmtpServer, as_anna: Client) -> None:
    invited(alpha, 2)
    first = Delivery.objects.earliest("pk")

    as_anna.post(f"/admin/enrollment/delivery/{first.pk}/press/cancel/")
    drain()

    assert states() == ["cancelled", "sent"]
    assert [mail["To"] for mail in smtp.mails] == ["person1@school.example"]


def test_a_site_orders_so_many_a_day_and_no_more(alpha: Site, clock: Clock) -> None:
    people.configure(alpha, messages_per_day=3)
    invited(alpha, 2)
    invited(alpha, 2)

    assert Delivery.objects.count() == 3, "what fits"
    with pytest.raises(QuotaExceeded, match="3 messages a day, and none is left today"):
        invited(alpha, 2)
    clock.forward(hours=24)
    invited(alpha, 3)
    assert list(MessageCount.objects.order_by("day").values_list("used", flat=True)) == [3, 3]


def test_sending_once_more_counts_too(alpha: Site, as_anna: Client, clock: Clock) -> None:
    people.configure(alpha, messages_per_day=3)
    invited(alpha, 2)
    Delivery.objects.update(state=DeliveryState.FAILED)
    first = Delivery.objects.earliest("pk")
    data = {
        "action": "send_selected_again",
        "_selected_action": list(Delivery.objects.values_list("pk", flat=True)),
    }

    said = as_anna.post("/admin/enrollment/delivery/", data, follow=True).content.decode()
    pressed = as_anna.post(f"/admin/enrollment/delivery/{first.pk}/press/send_again/", follow=True)

    assert "1 on their way once more" in said and "none is left today" in said
    assert "none is left today" in pressed.content.decode() and Delivery.objects.count() == 3


def test_no_link_waits_in_the_outbox_or_is_logged(
    alpha: Site, smtp: SmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    row, token = people.invite(alpha, email="ana@school.example")
    smtp.rude = {"ana@school.example": "550 No"}
    with caplog.at_level(logging.DEBUG):
        send([row], actor=None, now=timezone.now())
        drain()

    stored = str(list(Delivery.objects.values()))
    assert token not in stored and token not in caplog.text and "550 No" in caplog.text


class Texting:
    """A double of an SMS provider."""

    sent: list[tuple[str, str]] = []

    def send(self, number: str, text: str) -> None:
        if number.endswith("9"):
            raise Refused("no such number")
        self.sent.append((number, text))


def test_text_messages_are_off_until_somebody_names_a_backend(alpha: Site, settings: Settings) -> None:
    rows = [people.invite(alpha, phone=number)[0] for number in ("+1 555 0101", "+1 555 0109")]
    send(rows, channel=Channel.SMS, actor=None, now=timezone.now())
    drain()
    assert states() == ["failed"] * 2 and "GATEHOUSE_SMS_BACKEND" in Delivery.objects.earliest("pk").error

    settings.SMS_BACKEND = "tests.invitations.test_outbox.Texting"
    send(rows, channel=Channel.SMS, actor=None, now=timezone.now())
    drain()
    assert states()[2:] == ["sent", "failed"]
    ((number, text),) = Texting.sent
    assert number == "+1 555 0101" and text.startswith("Alpha School:") and "https://alpha.test/i/" in text
