"""Whose a listed device is said to be: a claim, which never overrides anybody and opens nothing."""

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from pytest_django.fixtures import Settings

from enrollment.models import AssignmentSource, Device, FailureReason
from sites_config.changes import raise_version
from sites_config.models import User
from tests import people
from tests.budgets.counting import queries
from tests.device_list.arrivals import certified, invited, is_let, put
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
UDID = "00008101-000A1B2C3D4E0001"


@pytest.fixture(autouse=True)
def anas(alpha: Site) -> None:
    put(
        alpha,
        asset_tag="IT-0042",
        owner_user_name="ana",
        owner_full_name="Ana Alvarez",
        owner_email="ana@alpha.example",
    )


def by_alice(site: Site) -> Visitor:
    visitor = Visitor()
    visitor.log_in()
    return visitor


def owner() -> tuple[str, str]:
    device = Device.objects.get()
    return device.assigned_user_name, device.assignment_source


def test_where_nobody_is_named_it_becomes_the_listed_owners(alpha: Site) -> None:
    visitor = invited(alpha)

    assert is_let(visitor)

    device = Device.objects.get()
    assert owner() == ("ana", AssignmentSource.LISTED)
    assert (device.assigned_full_name, device.assigned_email) == ("Ana Alvarez", "ana@alpha.example")
    assert (device.assigned_source, device.assigned_external_id) == ("", "")
    assert visitor.enrollment.assignment_source == ""


def test_staff_who_name_nobody_leave_it_to_the_list(alpha: Site, alice: User) -> None:
    assert is_let(by_alice(alpha))

    assert owner() == ("ana", AssignmentSource.LISTED)


def test_whom_the_invitation_names_it_is(alpha: Site) -> None:
    assert is_let(invited(alpha, assigned_user_name="ben"))

    assert owner() == ("ben", AssignmentSource.INVITATION)


def test_whom_staff_name_it_is(alpha: Site, alice: User) -> None:
    people.let_assign(alice, alpha)
    people.person(alpha, "ben", "Ben Brook")
    visitor = by_alice(alpha)
    visitor.post(visitor.reach("assign"), {"user_name": "ben"})

    assert is_let(visitor)

    assert owner() == ("ben", AssignmentSource.STAFF)


def test_what_somebody_says_of_themselves_stays_too(alpha: Site) -> None:
    people.person(alpha, "ben", "Ben Brook")
    visitor = invited(alpha)
    visitor.post(visitor.reach("assign"), {"user_name": "ben"})

    assert is_let(visitor)

    assert owner() == ("ben", AssignmentSource.SELF_DECLARED)


def test_the_next_enrollment_asks_the_list_anew(alpha: Site) -> None:
    assert is_let(invited(alpha, assigned_user_name="ben"), udid=UDID)
    assert is_let(invited(alpha), udid=UDID)

    assert owner() == ("ana", AssignmentSource.LISTED)


@pytest.mark.parametrize("without_user", [False, True])
def test_r26_a_listed_owner_opens_nothing(alpha: Site, alice: User, without_user: bool) -> None:
    """A device is as free as one without a user, and no more: not even whoever has that name has a claim on it."""
    assert is_let(invited(alpha), udid=UDID)
    assert owner() == ("ana", AssignmentSource.LISTED)
    people.configure(alpha, restrict_reenrollment=True, reenroll_without_user=without_user)
    visitor = invited(alpha, assigned_user_name="ana")

    assert is_let(visitor, udid=UDID) is without_user

    assert without_user or visitor.enrollment.failure_reason == FailureReason.NOT_THEIRS
    assert is_let(by_alice(alpha), udid=UDID)


def test_the_nearest_list_counts(alpha: Site) -> None:
    north = people.new_site("North", parent=alpha, ready=False)
    put(north, owner_user_name="nora")

    assert is_let(invited(north))

    assert owner() == ("nora", AssignmentSource.LISTED)


def test_a_row_meant_for_another_school_says_nothing_here(alpha: Site) -> None:
    north, south = (people.new_site(name, parent=alpha, ready=False) for name in ("North", "South"))
    alpha.listed_devices.update(meant_for=south)

    assert is_let(invited(north))

    assert owner() == ("", "")


def test_another_institutions_list_says_nothing_here(alpha: Site, beta: Site) -> None:
    alpha.listed_devices.update(site=beta)
    raise_version()

    assert is_let(invited(alpha))

    assert owner() == ("", "")


def test_the_page_of_the_device_shows_the_asset_tag(alpha: Site, as_vera: Client) -> None:
    certified_phone = certified(invited(alpha))
    certified_phone.authenticate()
    certified_phone.token_update()

    page = as_vera.get(f"/admin/enrollment/device/{Device.objects.get().pk}/change/").content.decode()

    assert "IT-0042" in page and "From the device list, a claim" in page


def test_where_there_is_no_list_nothing_is_asked(alpha: Site, settings: Settings) -> None:
    settings.CONFIGURATION_CHECK_SECONDS = 3600
    alpha.listed_devices.all().delete()
    assert is_let(invited(alpha))  # from now on this process knows that there is none
    phone = certified(invited(alpha), serial="C02OTHER0001")
    phone.authenticate()

    with queries() as sent:
        phone.token_update()

    assert not [sql for sql in sent if "listeddevice" in sql]
