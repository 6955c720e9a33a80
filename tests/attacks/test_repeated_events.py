"""Whoever repeats a refused message, or a click, fills no timeline."""

import pytest
from django.contrib.sites.models import Site

from enrollment.models import Event, EventKind
from tests import people
from tests.device.phones import Phones
from tests.moved_clock import Clock
from tests.visitor import KEY, person_at

pytestmark = pytest.mark.django_db


def test_twenty_refused_messages_are_one_event_an_hour(phones: Phones, clock: Clock) -> None:
    phone = phones.enrolled()
    phone.check_in("CheckOut")
    for hours in (1, 2):
        for _message in range(20):
            clock.forward(minutes=1)
            assert phone.check_in("Authenticate").status >= 400
        assert phone.events.count(EventKind.CERTIFICATE_REFUSED) == hours
        clock.forward(hours=1)


def test_one_device_hides_no_other(phones: Phones) -> None:
    for phone in (phones.enrolled(), phones.enrolled()):
        phone.check_in("CheckOut")
        phone.check_in("Authenticate")
        assert phone.events.count(EventKind.CERTIFICATE_REFUSED) == 1


@pytest.mark.parametrize("button", ["log-out", "start-over"])
@pytest.mark.parametrize("stage", ["started", "profile-issued", "enrolled"])
def test_leaving_twice_with_one_key_is_one_event(alpha: Site, stage: str, button: str) -> None:
    _row, token = people.invite(alpha)
    visitor, _phone = person_at(stage, token)
    key, own = visitor.key, visitor.own

    for _click in range(3):
        visitor.client.cookies[KEY] = key
        assert visitor.post(f"{own}/{button}").status_code == 303

    assert Event.objects.filter(kind=EventKind.SIGNED_OUT).count() == 1
