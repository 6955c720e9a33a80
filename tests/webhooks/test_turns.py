"""Whose turn it is in the outbox: an invitation waits behind no program that is slow or says no."""

from collections.abc import Iterator

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.actions import outbox
from enrollment.actions.invitation_sending import send
from enrollment.models import Channel, Delivery, DeliveryKind, Webhook
from enrollment.outbox.worker import OF_ONE_RECEIVER, drain
from tests import people
from tests.invitations.conftest import smtp
from tests.live import TestAuthority
from tests.moved_clock import Clock, clock
from tests.servers.smtp import SmtpServer
from tests.webhooks.receiver import Receiver
from tests.webhooks.test_webhooks import hook, receiver

__all__ = ["clock", "receiver", "smtp"]
pytestmark = pytest.mark.django_db(transaction=True)
MANY = 4 * OF_ONE_RECEIVER


class Slow(Receiver):
    """A double of a receiver that people would wait for. ``order``: what arrived, whatever the clock says."""

    def __init__(self, tls: TestAuthority) -> None:
        super().__init__(tls)
        self.order: list[str] = []

    def take(self, headers: dict[str, str], body: bytes) -> None:
        super().take(headers, body)
        self.order.append("webhook")


@pytest.fixture
def slow(tls: TestAuthority, settings: Settings) -> Iterator[Slow]:
    settings.OUTBOUND_CA_FILE = str(tls.root_file)
    made = Slow(tls)
    yield made
    made.stop()


def ordered(row: Webhook, number: int) -> None:
    rows = [
        Delivery(
            site_id=row.site_id, channel=Channel.WEBHOOK, kind=DeliveryKind.EVENT, webhook=row,
            recipient=row.url, data={"type": "enrollment.started"},
        )
        for _each in range(number)
    ]  # fmt: skip
    outbox.queue(rows, created_by=None, now=timezone.now())


def invited(site: Site, *names: str) -> None:
    rows = [people.invite(site, email=f"{name}@school.example")[0] for name in names]
    send(rows, actor=None, now=timezone.now())


@pytest.mark.parametrize("says", [204, 503])
def test_mails_go_before_a_slow_receivers_backlog(
    alpha: Site, slow: Slow, smtp: SmtpServer, clock: Clock, says: int
) -> None:
    slow.says = says
    ordered(hook(alpha, slow), MANY)
    clock.forward(seconds=10)
    invited(alpha, "ana", "ben", "chloe")
    smtp.meanwhile = lambda: slow.order.append("mail")

    drain()

    assert slow.order[:3] == ["mail"] * 3 and slow.order.count("webhook") == MANY


def test_a_mail_that_comes_meanwhile_waits_for_a_few_and_not_for_all(
    alpha: Site, slow: Slow, smtp: SmtpServer, clock: Clock
) -> None:
    ordered(hook(alpha, slow), MANY)
    smtp.meanwhile = lambda: slow.order.append("mail")
    turns = iter(range(100))

    def stop() -> bool:
        if next(turns) == 3:  # the first webhooks are at hand
            invited(alpha, "ana")
        return False

    drain(stop=stop)

    assert 0 < slow.order.index("mail") <= OF_ONE_RECEIVER and slow.order.count("webhook") == MANY


def test_a_receiver_does_not_wait_for_all_that_another_is_told(
    alpha: Site, beta: Site, slow: Slow, receiver: Receiver, smtp: SmtpServer
) -> None:
    ordered(hook(alpha, slow), MANY)
    quick = hook(beta, receiver)
    ordered(quick, 1)
    before: list[int] = []
    take = receiver.take

    def noting(headers: dict[str, str], body: bytes) -> None:
        before.append(slow.order.count("webhook"))
        take(headers, body)

    receiver.take = noting  # type: ignore[method-assign]
    drain()

    assert before == [OF_ONE_RECEIVER] and slow.order.count("webhook") == MANY
