"""SCEP requests that come at the wrong moment: for answers that changed, or for a certificate that is over."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.actions import certificates, endings
from enrollment.models import Certificate, EventKind, FailureReason, Status
from sites_config.models import Privilege, User
from tests import people
from tests.device.keys import pooled_key
from tests.device.phones import Phone, Phones
from tests.device.pki_messages import Asker
from tests.iphone import IPhone
from tests.phone.network import Request
from tests.phone.scep_reply import ScepFailure
from tests.visitor import NoNetwork, Visitor, fetch_profile, phone_without_network

pytestmark = pytest.mark.django_db


class Crash(Exception):
    """Stands for whatever ends a process."""


@pytest.fixture
def installing(alpha: Site, alice: User) -> tuple[Visitor, IPhone]:
    """Alice's profile is being installed; Carl may enroll as well."""
    people.staff("carl", "Carl Cox", (alpha, Privilege.ENROLL_MOBILE_DEVICES))
    visitor, phone = Visitor(), phone_without_network()
    visitor.log_in("alice")
    visitor.go_on()
    fetch_profile(visitor, phone)
    phone.install()
    return visitor, phone


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """Every request of a phone, those that got no answer among them."""
    requests: list[Request] = []
    send = NoNetwork.send

    def note(self: NoNetwork, request: Request) -> Any:
        requests.append(request)
        return send(self, request)

    monkeypatch.setattr(NoNetwork, "send", note)
    return requests


def before_the_signature(
    happens: Callable[[], object], ask: Callable[[], object], ends: type[Exception]
) -> None:
    """The reservation is there, the signature is not."""
    signed = certificates._signed
    with pytest.MonkeyPatch.context() as patch:

        def late(*args: Any, **named: Any) -> bytes:
            patch.setattr(certificates, "_signed", signed)
            happens()
            return signed(*args, **named)

        patch.setattr(certificates, "_signed", late)
        with pytest.raises(ends):
            ask()


def crash() -> None:
    raise Crash


def test_a_certificate_for_earlier_answers_is_never_signed(installing: tuple[Visitor, IPhone]) -> None:
    visitor, phone = installing
    path = f"{visitor.own}/log-in/"

    before_the_signature(lambda: visitor.log_in("carl", path=path), phone.obtain_certificate, ScepFailure)

    assert visitor.enrollment.signed_in_name == "Carl Cox"
    assert visitor.enrollment.status != Status.CERTIFICATE_ISSUED
    row = Certificate.objects.get()
    assert row.der is None and row.revoked_at is not None


@pytest.mark.parametrize("goes_on", [False, True], ids=["answered", "new profile"])
def test_the_repeated_request_for_earlier_answers_is_refused(
    installing: tuple[Visitor, IPhone], sent: list[Request], goes_on: bool
) -> None:
    """The process died between reservation and signature; iOS sends the very same message again."""
    visitor, phone = installing
    before_the_signature(crash, phone.obtain_certificate, Crash)
    request = sent[-1]
    visitor.log_in("carl", path=f"{visitor.own}/log-in/")
    if goes_on:
        visitor.go_on()
    status = visitor.enrollment.status

    assert NoNetwork().send(request).status == 200

    row = Certificate.objects.get()
    assert row.der is None and row.issued_at is None and row.revoked_at is not None
    assert visitor.enrollment.status == status != Status.CERTIFICATE_ISSUED


def test_the_repeated_request_is_answered_while_nothing_changed(
    installing: tuple[Visitor, IPhone], sent: list[Request]
) -> None:
    """What makes the refusals above mean something."""
    visitor, phone = installing
    before_the_signature(crash, phone.obtain_certificate, Crash)

    NoNetwork().send(sent[-1])

    assert visitor.enrollment.status == Status.CERTIFICATE_ISSUED


def fails(phone: Phone) -> None:
    """The attempt ended, and with it its certificate; the person tries again."""
    endings.fail(phone.enrollment, FailureReason.PROFILE_REMOVED, now=timezone.now())
    phone.issue()


def downloads_again(phone: Phone) -> None:
    phone.issue()


@pytest.mark.parametrize("starts_again", [fails, downloads_again])
def test_a_second_key_for_a_revoked_certificate_ends_no_later_attempt(
    phones: Phones, starts_again: Callable[[Phone], None]
) -> None:
    phone = phones.with_profile()
    leaked = Asker(phone, key=pooled_key(1), challenge=phone.challenge)
    phone.obtain_certificate(pooled_key(0))
    starts_again(phone)
    events = phone.events

    for _time in range(3):
        with pytest.raises(ScepFailure):
            leaked.ask()

    assert phone.enrollment.status == Status.PROFILE_ISSUED
    assert phone.events == events and EventKind.SECOND_KEY_REFUSED not in events


def test_the_later_attempt_enrolls_after_it(phones: Phones) -> None:
    phone = phones.with_profile()
    leaked = Asker(phone, key=pooled_key(1), challenge=phone.challenge)
    phone.obtain_certificate(pooled_key(0))
    phone.take(phone.issue())
    with pytest.raises(ScepFailure):
        leaked.ask()

    phone.obtain_certificate(pooled_key(2))
    phone.authenticate()
    phone.token_update()

    assert phone.enrollment.status == Status.ENROLLED
