"""The outbox in what operators do: restored, purged, forgotten."""

import io
import json

import pytest
from django.contrib.sites.models import Site
from django.core.management import call_command
from django.utils import timezone

from enrollment.actions import outbox
from enrollment.actions.backups.endings import end_everything
from enrollment.actions.invitation_sending import send
from enrollment.models import Channel, Delivery, Invitation
from enrollment.outbox.worker import drain
from tests import people
from tests.moved_clock import Clock, clock
from tests.rules.tables import dump

__all__ = ["clock"]
pytestmark = pytest.mark.django_db
ANA = "ana@school.example"


def sent_to_ana(site: Site) -> Invitation:
    row, _token = people.invite(
        site, email=ANA, only_email=ANA, login_required=True, assigned_user_name="ana"
    )
    send([row], actor=None, now=timezone.now())
    return row


def test_after_a_restore_nobody_knows_whether_what_waited_was_sent(alpha: Site) -> None:
    sent_to_ana(alpha)

    ended = end_everything(keep_unlimited=True, now=timezone.now())

    assert ended["messages on their way"] == 1
    assert Delivery.objects.get().state == "unknown" and drain() == 0


def test_what_was_sent_long_ago_is_purged_and_what_waits_is_not(alpha: Site, clock: Clock) -> None:
    for each in (sent_to_ana(alpha), sent_to_ana(alpha)):
        waiting = Delivery.objects.filter(invitation=each, state="waiting").get()
    (leased,) = outbox.claim(1, now=clock.time)
    assert outbox.begin(leased, now=clock.time) and outbox.sent(leased, now=clock.time)
    clock.forward(hours=24 * 91)

    call_command("purge", stdout=io.StringIO())

    assert [row.pk for row in Delivery.objects.all()] == [waiting.pk]


def test_somebody_forgotten_gets_no_mail_and_stands_nowhere(alpha: Site) -> None:
    sent_to_ana(alpha)

    call_command("forget_person", "--site", "alpha.test", "--yes", ANA, stdout=io.StringIO())
    drain()

    assert ANA not in str(dump()) and Delivery.objects.get().state == "cancelled"


def test_a_text_message_and_what_a_server_said_are_exported_and_forgotten(alpha: Site) -> None:
    row, _token = people.invite(alpha, email=ANA, phone="+1 555 0147", assigned_user_name="ana.alvarez")
    send([row], channel=Channel.SMS, actor=None, now=timezone.now())
    row.refresh_from_db()
    send([row], actor=None, now=timezone.now())
    (waiting,) = outbox.claim(1, now=timezone.now())
    outbox.failed(waiting, f"550 <{ANA}>: unknown", now=timezone.now())

    out = io.StringIO()
    call_command("export_person", "--site", "alpha.test", "ana.alvarez", stdout=out)
    assert {each["recipient"] for each in json.loads(out.getvalue())["messages"]} == {ANA, "+1 555 0147"}

    call_command("forget_person", "--site", "alpha.test", "--yes", "ana.alvarez", stdout=io.StringIO())
    assert ANA not in str(dump()) and "555 0147" not in str(dump())
