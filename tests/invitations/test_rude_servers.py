"""What mail servers may say, and what it means for the message: sent, refused, later, or nobody knows."""

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.actions.invitation_sending import send
from enrollment.models import Delivery
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


@pytest.mark.parametrize(
    ("email", "state"), [("ana@bücher.example", "sent"), (f"ana@{'ü' * 60}.example", "failed")]
)
def test_a_name_that_no_mail_server_can_have_is_not_tried_for_days(
    alpha: Site, smtp: SmtpServer, email: str, state: str
) -> None:
    assert delivered(alpha, email).state == state
