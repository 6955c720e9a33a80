"""What mail servers may say, and what it means for the message: sent, refused, later, or nobody knows."""

import logging
from urllib.parse import quote

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.actions.invitation_sending import send
from enrollment.models import Channel, Delivery
from enrollment.outbox.worker import drain
from tests import people
from tests.servers.smtp import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


def delivered(site: Site, email: str = "ana@school.example") -> Delivery:
    """One mail, as far as it came."""
    row, _token = people.invite(site, email=email)
    send([row], actor=None, now=timezone.now())
    drain()
    return Delivery.objects.get()


@pytest.mark.parametrize(
    ("says", "state"),
    [
        ("250-Taken\r\n250 as 4711", "sent"),
        ("200 Taken", "sent"),
        ("251 Taken for another", "sent"),
        ("451 Later", "waiting"),
        ("421 Closing", "waiting"),
        ("554 No", "failed"),
        ("354 Go ahead", "unknown"),
        ("Taken", "unknown"),
    ],
)
def test_what_was_taken_is_not_sent_twice(alpha: Site, smtp: SmtpServer, says: str, state: str) -> None:
    smtp.says = says

    assert delivered(alpha).state == state


@pytest.mark.parametrize("greets", ["530 5.7.0 Authentication required", "550 Sender unknown", "421 Closing"])
def test_no_to_the_sender_is_no_refusal_of_anybody(alpha: Site, smtp: SmtpServer, greets: str) -> None:
    smtp.greets = greets

    delivery = delivered(alpha)

    assert delivery.state == "waiting" and greets in delivery.error


@pytest.mark.parametrize(
    ("email", "state"), [("ana@bücher.example", "sent"), (f"ana@{'ü' * 60}.example", "failed")]
)
def test_a_name_that_no_mail_server_can_have_is_not_tried_for_days(
    alpha: Site, smtp: SmtpServer, email: str, state: str
) -> None:
    assert delivered(alpha, email).state == state


def test_who_quotes_the_link_in_a_refusal_writes_it_nowhere(
    alpha: Site, smtp: SmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    row, token = people.invite(alpha, email="ana@school.example")
    smtp.says = f"554 5.7.1 https://alpha.test/i/{token} is on a list"
    send([row], actor=None, now=timezone.now())
    drain()

    error = Delivery.objects.get().error
    assert error == "554 5.7.1 https://alpha.test/i/… is on a list" and token not in our_lines(caplog)


def test_what_it_says_is_one_line_of_text(
    alpha: Site, smtp: SmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    smtp.says = "554-No\r\n554-2031-01-01 WARNING gatehouse.errors forged\r\n554 \0\x1b[2J end"

    assert delivered(alpha).error == "554 No 2031-01-01 WARNING gatehouse.errors forged [2J end"
    assert "\n" not in our_lines(caplog) and "\x1b" not in our_lines(caplog)


class Quoting:
    """A provider whose address holds the text."""

    def send(self, number: str, text: str) -> None:
        raise ConnectionError(f"https://sms.example/?text={quote(text, safe='')} can't be reached")


def test_nor_does_an_exception(alpha: Site, settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    settings.SMS_BACKEND = "tests.invitations.test_rude_servers.Quoting"
    row, token = people.invite(alpha, phone="+1 555 0101")
    send([row], channel=Channel.SMS, actor=None, now=timezone.now())
    drain()

    delivery = Delivery.objects.get()
    assert delivery.state == "unknown" and "can't be reached" in delivery.error
    assert token not in delivery.error and token not in our_lines(caplog)


def our_lines(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(
        logging.Formatter().format(record) for record in caplog.records if record.name.startswith("gatehouse")
    )
