"""A mail server that never comes to an end: each mail has its time as a whole, and a worker goes on."""

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.actions.invitation_sending import send
from enrollment.actions.outbox import LEASE
from enrollment.models import Delivery
from enrollment.outbox import timed_smtp
from enrollment.outbox.worker import drain
from sites_config.environment import mail_server
from tests import people
from tests.live import TestAuthority
from tests.servers.dripping_smtp import DrippingSmtp, dripping

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def three_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert LEASE.total_seconds() > timed_smtp.WHOLE > timed_smtp.SECONDS
    monkeypatch.setattr(timed_smtp, "WHOLE", 3)


def deliveries(site: Site, settings: Settings, server: DrippingSmtp, number: int = 1) -> list[Delivery]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.MAIL_SERVER = mail_server(server.url)
    rows = [people.invite(site, name=str(each), email=f"{each}@school.example")[0] for each in range(number)]
    send(rows, actor=None, now=timezone.now())
    drain()
    return list(Delivery.objects.order_by("pk"))


@pytest.mark.parametrize("at", ["greeting", "EHLO", "MAIL", "RCPT", "DATA"])
def test_nothing_was_handed_over_so_it_is_tried_again_and_the_server_is_asked_no_more(
    alpha: Site, settings: Settings, at: str
) -> None:
    """The second mail would wait for as long: it is put off without asking."""
    with dripping(at, seconds=6) as server:
        rows = deliveries(alpha, settings, server, number=2)

    assert [row.state for row in rows] == ["waiting", "waiting"] and server.taken == 0
    assert "longer than 3 seconds in all" in rows[0].error and rows[0].error == rows[1].error
    assert server.connections == 1


def test_after_the_content_nobody_knows(alpha: Site, settings: Settings) -> None:
    with dripping("content", seconds=6) as server:
        (row,) = deliveries(alpha, settings, server)

    assert row.state == "unknown" and "longer than 3 seconds in all" in row.error


def test_each_mail_of_a_connection_has_its_own_time(alpha: Site, settings: Settings) -> None:
    with dripping("RCPT", seconds=2) as server:
        rows = deliveries(alpha, settings, server, number=2)

    assert [row.state for row in rows] == ["sent", "sent"]
    assert (server.taken, server.connections) == (2, 1)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+tls"])
def test_with_tls_too(
    alpha: Site, settings: Settings, tls: TestAuthority, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.root_file))  # as a machine that knows the authority
    with dripping("MAIL", seconds=1, scheme=scheme, tls=tls) as server:
        (row,) = deliveries(alpha, settings, server)
    assert (row.state, row.error) == ("sent", "")

    with dripping("RCPT", seconds=6, scheme=scheme, tls=tls) as server:
        _first, row = deliveries(alpha, settings, server)
    assert row.state == "waiting" and "longer than 3 seconds in all" in row.error
