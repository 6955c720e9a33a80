"""A link that ended between the order of a message and its leaving does not leave."""

import re
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.actions import outbox
from enrollment.actions.invitation_sending import remind, send
from enrollment.actions.invitations import token_of
from enrollment.actions.pins import sealed
from enrollment.models import Channel, Delivery, Invitation
from enrollment.outbox.worker import drain
from tests import people
from tests.invitations.arriving import send_and_arrive
from tests.invitations.test_delivery_states import state
from tests.invitations.test_outbox import Texting
from tests.moved_clock import Clock
from tests.servers.smtp import SmtpServer
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/enrollment/invitation/"
ANA = "ana@school.example"


def link_in(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(r"/i/([\w-]+)", body.get_content())
    assert found is not None
    return found[1]


@pytest.fixture
def before_it_leaves(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """What happens once while the mail server is asked for its consent: by then the message is written."""

    def set_up(happens: Callable[[], object]) -> None:
        begin = outbox.begin

        def late(delivery: Delivery, **options: object) -> bool:
            monkeypatch.setattr(outbox, "begin", begin)
            happens()
            return begin(delivery, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(outbox, "begin", late)

    return set_up


Late = Callable[[Callable[[], object]], None]


def test_a_link_that_is_replaced_while_its_mail_is_on_the_way_to_the_server_does_not_leave(
    as_anna: Client, alpha: Site, smtp: SmtpServer, clock: Clock, before_it_leaves: Late
) -> None:
    row, old = people.invite(alpha, email=ANA)
    send([row], actor=None, now=clock.time)
    before_it_leaves(lambda: as_anna.post(f"{LIST}{row.pk}/press/renew_link/"))

    drain()
    assert smtp.mails == [] and state(as_anna) == "Being sent"
    clock.forward(minutes=1)
    drain()

    (mail,) = smtp.mails
    row.refresh_from_db()
    assert link_in(mail) == token_of(row) != old and state(as_anna) == "Sent"
    assert Visitor().get(f"/i/{link_in(mail)}").status_code == 200


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"email": "other@school.example"}, "The address was changed since"),
        ({"expires_at": "now"}, "revoked or has expired"),
        ({"uses_spent": 1}, "used up"),
    ],
)
def test_what_ends_or_changes_in_that_moment_does_not_leave_either(
    alpha: Site,
    smtp: SmtpServer,
    clock: Clock,
    before_it_leaves: Late,
    columns: dict[str, object],
    why: str,
) -> None:
    row, _token = people.invite(alpha, email=ANA)
    send([row], actor=None, now=clock.time)
    set_to = {name: clock.time if value == "now" else value for name, value in columns.items()}
    before_it_leaves(lambda: Invitation.objects.filter(pk=row.pk).update(**set_to))

    drain()
    clock.forward(minutes=1)
    drain()

    message = Delivery.objects.get()
    assert smtp.mails == [] and message.state == "failed" and why in message.error


def test_a_text_message_brings_no_dead_link(
    as_anna: Client,
    alpha: Site,
    settings: Settings,
    clock: Clock,
    before_it_leaves: Late,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.SMS_BACKEND = "tests.invitations.test_outbox.Texting"
    monkeypatch.setattr(Texting, "sent", [])
    row, _old = people.invite(alpha, phone="+1 555 0101")
    send([row], channel=Channel.SMS, actor=None, now=clock.time)
    before_it_leaves(lambda: as_anna.post(f"{LIST}{row.pk}/press/renew_link/"))

    drain()
    assert Texting.sent == []
    clock.forward(minutes=1)
    drain()

    row.refresh_from_db()
    ((_number, text),) = Texting.sent
    assert token_of(row) in text


def test_nobody_is_reminded_who_begins_in_that_moment(
    alpha: Site, smtp: SmtpServer, clock: Clock, before_it_leaves: Late
) -> None:
    row, token = people.invite(alpha, email=ANA)
    send_and_arrive(row)
    remind([row], actor=None, now=timezone.now())
    before_it_leaves(lambda: Visitor().start(token))

    drain()

    assert smtp.mails == []


def test_what_waits_for_a_revoked_invitation_is_cancelled(as_anna: Client, alpha: Site) -> None:
    row, _token = people.invite(alpha, email=ANA)
    kept, _token = people.invite(alpha, email="bo@school.example")
    send([row, kept], actor=None, now=timezone.now())

    as_anna.post(f"{LIST}{row.pk}/press/revoke/")

    assert dict(Delivery.objects.values_list("recipient", "state")) == {
        ANA: "cancelled",
        "bo@school.example": "waiting",
    }


def test_a_mail_that_left_with_a_link_which_was_replaced_meanwhile_sent_nothing(
    as_anna: Client, alpha: Site, smtp: SmtpServer, clock: Clock
) -> None:
    """The server has the old link; nobody has the new one."""
    row, _old = people.invite(alpha, email=ANA)
    send([row], actor=None, now=clock.time)
    (leased,) = outbox.claim(1, now=clock.time)
    assert outbox.begin(leased, now=clock.time)
    clock.forward(seconds=1)
    as_anna.post(f"{LIST}{row.pk}/press/renew_link/")
    clock.forward(seconds=1)

    outbox.sent(leased, now=clock.time)

    row.refresh_from_db()
    assert state(as_anna) == "Created" and row.sent_at is None and row.sent_to == ANA
    send([row], actor=None, now=clock.time)
    drain()
    assert state(as_anna) == "Sent"


def test_a_replaced_link_was_sent_to_nobody(
    as_anna: Client, alpha: Site, smtp: SmtpServer, clock: Clock
) -> None:
    row, _old = people.invite(alpha, email=ANA)
    send([row], actor=None, now=clock.time)
    drain()
    clock.forward(minutes=1)

    as_anna.post(f"{LIST}{row.pk}/press/renew_link/")

    assert state(as_anna) == "Created"
    page = as_anna.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "press/remind_it" not in page and "press/send_it" in page


def test_a_reminder_of_a_link_that_was_replaced_does_not_bring_the_new_one(
    as_anna: Client, alpha: Site, smtp: SmtpServer, clock: Clock
) -> None:
    """It was to be sent to nobody; and the state says so."""
    row, _old = people.invite(alpha, email=ANA)
    send_and_arrive(row)
    remind([row], actor=None, now=clock.time)
    clock.forward(minutes=1)

    as_anna.post(f"{LIST}{row.pk}/press/renew_link/")
    drain()

    assert smtp.mails == [] and state(as_anna) == "Created"


def test_a_link_that_wrong_pins_ended_when_the_day_had_no_message_left_is_not_said_to_be_sent(
    as_anna: Client, alpha: Site, clock: Clock
) -> None:
    people.configure(alpha, messages_per_day=1)
    row, token = people.invite(alpha, email=ANA, pin_encrypted=sealed("471100"))
    send_and_arrive(row)
    clock.forward(minutes=1)
    visitor = Visitor()
    visitor.get(f"/i/{token}")
    for _try in range(5):
        visitor.post(f"/i/{token}", {"pin": "000000"})

    assert state(as_anna) == "Created"
