"""What the state of an invitation says of its message: ordered, taken, refused, cancelled, nobody knows."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.utils import timezone

from enrollment.actions import outbox
from enrollment.actions.backups.endings import end_everything
from enrollment.actions.invitation_sending import send
from enrollment.models import Delivery, Invitation
from enrollment.outbox.worker import drain
from sites_config.models import User
from tests import people
from tests.admin.world import logged_in
from tests.moved_clock import Clock
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/enrollment/invitation/"
ANA = "ana@school.example"


def ordered(site: Site) -> Invitation:
    row, _token = people.invite(site, email=ANA)
    send([row], actor=None, now=timezone.now())
    return row


def state(client: Client) -> str:
    """As the list says it; the filter of its own finds it, the others don't."""
    page = client.get(LIST).content.decode()
    said: str
    (said,) = re.findall(r'<td class="field-state">([^<]*)</td>', page)
    choices: Any = next(
        each for each in client.get(LIST).context["cl"].filter_specs if each.title == "state"
    ).lookup_choices
    found = [label for value, label in choices if _listed(client, value)]
    assert found == [said]
    return said


def _listed(client: Client, value: str) -> bool:
    return bool(client.get(LIST, {"state": value}).context["cl"].result_list)


def test_ordered_is_not_sent(as_anna: Client, alpha: Site, smtp: SmtpServer) -> None:
    row = ordered(alpha)

    row.refresh_from_db()
    assert state(as_anna) == "Being sent" and row.sent_at is None
    drain()
    row.refresh_from_db()
    assert state(as_anna) == "Sent" and row.sent_at is not None and row.sent_to == ANA


def test_a_mailbox_that_does_not_exist_got_nothing(
    as_anna: Client, alpha: Site, smtp: SmtpServer, clock: Clock
) -> None:
    smtp.rude = {ANA: "550 No such mailbox"}
    row = ordered(alpha)
    drain()

    row.refresh_from_db()
    assert state(as_anna) == "Not delivered" and (row.sent_at, row.sent_to) == (None, "")
    page = as_anna.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "Not delivered" in page and "550 No such mailbox" in page and "press/remind_it" not in page
    smtp.rude = {}
    as_anna.post(f"/admin/enrollment/delivery/{Delivery.objects.get().pk}/press/send_again/")
    assert state(as_anna) == "Being sent"
    drain()
    assert state(as_anna) == "Sent"


def test_what_the_server_does_not_take_now_is_being_sent(
    as_anna: Client, alpha: Site, smtp: SmtpServer, clock: Clock
) -> None:
    smtp.rude = {ANA: "451 Busy"}
    ordered(alpha)
    drain()

    assert state(as_anna) == "Being sent"


def test_what_was_cancelled_was_never_sent(as_anna: Client, alpha: Site, smtp: SmtpServer) -> None:
    ordered(alpha)

    as_anna.post(f"/admin/enrollment/delivery/{Delivery.objects.get().pk}/press/cancel/")
    drain()

    assert state(as_anna) == "Created" and smtp.mails == []


def test_a_line_cut_after_the_content_leaves_nobody_knowing(
    as_anna: Client, alpha: Site, smtp: SmtpServer
) -> None:
    smtp.dies_after = 0
    row = ordered(alpha)
    drain()

    row.refresh_from_db()
    assert state(as_anna) == "Unknown whether it arrived"
    assert row.sent_to == ANA, "it may be there: another address gets another link"


def test_a_worker_that_dies_leaves_what_it_knew(as_anna: Client, alpha: Site, clock: Clock) -> None:
    ordered(alpha)
    (leased,) = outbox.claim(1, now=clock.time)
    outbox.begin(leased, now=clock.time)
    clock.forward(minutes=3)

    outbox.reap(now=clock.time)

    assert state(as_anna) == "Unknown whether it arrived"


def test_after_a_restore_nobody_knows(anna: User, alpha: Site) -> None:
    row = ordered(alpha)

    end_everything(keep_unlimited=True, now=timezone.now())

    Invitation.objects.filter(pk=row.pk).update(revoked_at=None)
    assert state(logged_in(anna, alpha)) == "Unknown whether it arrived"


def test_a_reminder_that_is_refused_takes_nothing_back(
    as_anna: Client, alpha: Site, smtp: SmtpServer, clock: Clock
) -> None:
    row = ordered(alpha)
    drain()
    smtp.rude = {ANA: "550 No such mailbox"}
    as_anna.post(f"{LIST}{row.pk}/press/remind_it/")
    drain()

    row.refresh_from_db()
    assert state(as_anna) == "Sent" and row.reminded_at is None


def test_a_corrected_address_while_the_first_is_on_its_way_gets_another_link(
    alpha: Site, clock: Clock
) -> None:
    row = ordered(alpha)
    before = bytes(Invitation.objects.get().token_sha256)
    (leased,) = outbox.claim(1, now=clock.time)
    outbox.begin(leased, now=clock.time)
    Invitation.objects.update(email="ana.alvarez@school.example")

    send([row], actor=None, now=clock.time + timedelta(seconds=5))

    assert bytes(Invitation.objects.get().token_sha256) != before


def test_every_time_stands_on_its_page(as_anna: Client, alpha: Site) -> None:
    row = ordered(alpha)
    as_anna.post(f"{LIST}{row.pk}/press/renew_link/")
    as_anna.post(f"{LIST}{row.pk}/press/revoke/")

    page = as_anna.get(f"{LIST}{row.pk}/change/").content.decode()

    times = dict(re.findall(r'field-(\w+_at)">.*?<div class="readonly">([^<]*)</div>', page, re.DOTALL))
    assert times["revoked_at"] != "-" and times["renewed_at"] != "-" and times["used_at"] == "-"
