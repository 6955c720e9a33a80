"""What never left, or of which nobody knows whether it did, is never said to be sent."""

from collections.abc import Sequence

import pytest
from django.contrib.sites.models import Site
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.actions.invitation_sending import send
from enrollment.models import Channel, Delivery, Invitation
from enrollment.outbox.worker import drain
from tests import people
from tests.moved_clock import Clock

pytestmark = pytest.mark.django_db(transaction=True)
HERE = "tests.invitations.test_not_said"


class Provider:
    """A double of an SMS provider. ``clock``: it takes three minutes to be ready."""

    texts: list[str] = []
    says: bool | None = None
    clock: Clock | None = None

    def __init__(self) -> None:
        if self.clock is not None:
            self.clock.forward(minutes=3)

    def send(self, number: str, text: str) -> bool | None:
        self.texts.append(text)
        return self.says


class Backend(BaseEmailBackend):
    """A double of another program's e-mail backend."""

    taken: int | None = 1
    breaks: OSError | None = None

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        if self.breaks is not None:
            raise self.breaks
        return self.taken  # type: ignore[return-value]  # some of them keep no contract


def ended(site: Site, channel: Channel) -> tuple[str, str, str, bool]:
    """Of a message: its state and what is said of it; of its invitation: what became of it, and whether it was sent."""
    row, _token = people.invite(site, email="ana@school.example", phone="+1 555 0101")
    send([row], channel=channel, actor=None, now=timezone.now())
    drain()
    message, invitation = Delivery.objects.get(), Invitation.objects.get()
    return message.state, message.error, invitation.sending, invitation.sent_at is not None


def test_a_text_message_whose_lease_is_over_did_not_leave(
    alpha: Site, settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SMS_BACKEND = f"{HERE}.Provider"
    monkeypatch.setattr(Provider, "texts", [])
    monkeypatch.setattr(Provider, "clock", clock)

    state, error, sending, is_sent = ended(alpha, Channel.SMS)

    assert not Provider.texts
    assert (state, sending, is_sent) == ("waiting", "ordered", False) and "before the content left" in error
    monkeypatch.setattr(Provider, "clock", None)
    clock.forward(minutes=1)
    drain()
    assert Delivery.objects.get().state == "sent" and len(Provider.texts) == 1


def test_a_text_message_of_which_the_provider_does_not_tell_is_not_said_to_be_sent(
    alpha: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SMS_BACKEND = f"{HERE}.Provider"
    monkeypatch.setattr(Provider, "says", False)

    state, error, sending, is_sent = ended(alpha, Channel.SMS)

    assert (state, sending, is_sent) == ("unknown", "unknown", False) and "did not say" in error


@pytest.mark.parametrize("taken", [0, None])
def test_a_backend_that_took_none_sent_none(
    alpha: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch, taken: int | None
) -> None:
    settings.EMAIL_BACKEND = f"{HERE}.Backend"
    monkeypatch.setattr(Backend, "taken", taken)

    state, error, sending, is_sent = ended(alpha, Channel.MAIL)

    assert (state, sending, is_sent) == ("unknown", "unknown", False) and "did not say" in error


def test_what_another_programs_backend_raises_is_not_repeated_by_itself(
    alpha: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A time limit while it reads the answer is an OSError as a refused connection is."""
    settings.EMAIL_BACKEND = f"{HERE}.Backend"
    monkeypatch.setattr(Backend, "breaks", TimeoutError("read timed out"))

    state, error, sending, _is_sent = ended(alpha, Channel.MAIL)

    assert (state, sending, error) == ("unknown", "unknown", "read timed out")


def test_a_backend_that_took_it_sent_it(alpha: Site, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{HERE}.Backend"

    assert ended(alpha, Channel.MAIL) == ("sent", "", "", True)
