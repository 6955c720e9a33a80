"""Who is reminded, how often, by what."""

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.actions.invitation_sending import send
from enrollment.models import Channel, Delivery, DeliveryKind, Invitation
from enrollment.outbox.worker import drain
from sites_config.models import User
from tests import people
from tests.admin.world import logged_in
from tests.invitations.test_desk import LIST, act
from tests.invitations.test_outbox import Texting
from tests.moved_clock import Clock
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


def sent(site: Site, *names: str) -> list[Invitation]:
    rows = [people.invite(site, email=f"{name}@school.example")[0] for name in names]
    send(rows, actor=None, now=timezone.now())
    drain()
    return rows


def reminders() -> int:
    return Delivery.objects.filter(kind=DeliveryKind.REMINDER).count()


def test_pressed_twice_it_reminds_once(
    as_anna: Client, anna: User, alpha: Site, smtp: SmtpServer, clock: Clock
) -> None:
    rows = sent(alpha, "ana", "bo")

    act(as_anna, "remind_selected", *rows)
    act(as_anna, "remind_selected", *rows)
    assert reminders() == 2, "while they wait"
    drain()
    act(as_anna, "remind_selected", *rows)
    assert reminders() == 2, "on the same day"
    clock.forward(hours=24)
    act(logged_in(anna, alpha), "remind_selected", *rows)
    assert reminders() == 4


def test_one_alone_is_reminded_on_purpose(
    as_anna: Client, alpha: Site, smtp: SmtpServer, clock: Clock
) -> None:
    (row,) = sent(alpha, "ana")
    press = f"{LIST}{row.pk}/press/remind_it/"
    as_anna.post(press)
    assert "has nothing to do here any more" in as_anna.post(press, follow=True).content.decode()
    drain()

    as_anna.post(press)

    assert reminders() == 2


def test_whoever_got_a_text_message_is_reminded_by_one(
    as_anna: Client, alpha: Site, settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SMS_BACKEND = "tests.invitations.test_outbox.Texting"
    monkeypatch.setattr(Texting, "sent", [])
    row, _token = people.invite(alpha, phone="+1 555 0101", email="ana@school.example")
    page = as_anna.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "press/text_it" in page and "press/send_it" in page
    as_anna.post(f"{LIST}{row.pk}/press/text_it/")
    drain()

    act(as_anna, "remind_selected", row)
    drain()

    assert [number for number, _text in Texting.sent] == ["+1 555 0101"] * 2
    assert Delivery.objects.get(kind=DeliveryKind.REMINDER).channel == Channel.SMS


def test_a_page_offers_the_ways_that_there_are(as_anna: Client, alpha: Site, settings: Settings) -> None:
    row, _token = people.invite(alpha, phone="+1 555 0101")
    assert "press/text_it" not in as_anna.get(f"{LIST}{row.pk}/change/").content.decode()

    settings.SMS_BACKEND = "tests.invitations.test_outbox.Texting"

    page = as_anna.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "press/text_it" in page and "press/send_it" not in page
