"""“Only devices of the device list”: what is not on it is turned away, and what is on it is let in no easier."""

import pytest
from django.contrib.sites.models import Site

from enrollment.models import (
    Certificate,
    Device,
    Enrollment,
    Event,
    EventKind,
    FailureReason,
    Invitation,
    InvitationUse,
    Status,
)
from sites_config.models import User
from tests import people
from tests.budgets.counting import queries
from tests.device_list.arrivals import SERIAL, certified, invited, is_let, page_of, put
from tests.phone.errors import PhoneError
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def strict(alpha: Site) -> None:
    people.configure(alpha, only_listed_devices=True)


def test_a_stranger_is_turned_away_and_reads_why(alpha: Site) -> None:
    visitor = invited(alpha)

    assert not is_let(visitor)

    row, page = Enrollment.objects.get(), page_of(visitor)
    assert (row.status, row.failure_reason, row.device) == (Status.FAILED, FailureReason.NOT_LISTED, None)
    assert page.h1 == "You cannot enroll this iPhone yet"
    assert "This iPhone is not on the list of Alpha School. Alpha School IT desk can add it" in page.text
    assert not Device.objects.exists() and not Certificate.objects.filter(revoked_at=None).exists()


def test_the_use_comes_back_and_the_timeline_says_which_device_and_why(alpha: Site) -> None:
    visitor = invited(alpha)

    assert not is_let(visitor, serial="c02wrong0001")

    invitation, event = Invitation.objects.get(), Event.objects.get(kind=EventKind.DEVICE_REFUSED)
    assert (invitation.uses_held, invitation.uses_spent) == (0, 0)
    assert visitor.enrollment.invitation_use == InvitationUse.NONE
    assert event.data == {"serial_number": "C02WRONG0001", "why": "not-listed"}
    assert (event.enrollment, event.site) == (visitor.enrollment, alpha)


def test_added_to_the_list_they_try_again_and_arrive(alpha: Site) -> None:
    visitor = invited(alpha)
    assert not is_let(visitor)
    put(alpha)

    assert is_let(visitor)
    assert page_of(visitor).h1 == "Enrollment complete"


@pytest.mark.parametrize("serial", [SERIAL, SERIAL.lower()])
def test_what_is_listed_is_let_however_the_device_spells_it(alpha: Site, serial: str) -> None:
    put(alpha)

    assert is_let(invited(alpha), serial=serial)


def test_a_device_that_says_nothing_of_itself_is_on_no_list(alpha: Site) -> None:
    put(alpha)
    people.configure(alpha, access_rights=8191 - 16)

    assert not is_let(invited(alpha))


@pytest.mark.parametrize(
    ("listed_at", "meant_for", "let"),
    [
        ("alpha", None, True),
        ("north", None, True),
        ("south", None, False),
        ("alpha", "north", True),
        ("alpha", "south", False),
        ("beta", None, False),
    ],
)
def test_r06_the_list_of_a_site_counts_for_what_belongs_to_it(
    alpha: Site, beta: Site, listed_at: str, meant_for: str | None, let: bool
) -> None:
    sites = {"alpha": alpha, "beta": beta}
    sites |= {name: people.new_site(name.title(), parent=alpha, ready=False) for name in ("north", "south")}
    put(sites[listed_at], meant_for=sites[meant_for] if meant_for else None)

    assert is_let(invited(sites["north"])) is let


def test_the_list_lets_nobody_in(alpha: Site, bob: User) -> None:
    """Bob may not enroll, whatever he holds."""
    put(alpha, owner_user_name="bob")

    answer = Visitor().log_in("bob")

    assert answer.status_code == 403 and not Enrollment.objects.exists()


def test_without_the_switch_a_list_refuses_nothing(alpha: Site) -> None:
    people.configure(alpha, only_listed_devices=None)
    put(alpha, "C02OTHER0001")

    assert is_let(invited(alpha))


def test_r14_the_list_is_asked_before_anything_is_written(alpha: Site) -> None:
    phone = certified(invited(alpha))

    with queries() as sent, pytest.raises(PhoneError):
        phone.authenticate()

    written = next(index for index, sql in enumerate(sent) if sql.startswith(("INSERT", "UPDATE")))
    asked = next(index for index, sql in enumerate(sent) if "enrollment_listeddevice" in sql)
    assert asked < written
    assert not any('INTO "enrollment_device"' in sql for sql in sent)
