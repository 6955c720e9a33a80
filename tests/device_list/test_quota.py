"""Devices for each person: counted by who they are, at all sites of the institution, and never by what is claimed."""

from datetime import timedelta

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.actions.authorized import remove_user
from enrollment.models import Device, Enrollment, Event, EventKind, FailureReason
from sites_config.models import User
from tests import people
from tests.device_list.arrivals import certified, invited, is_let, page_of, put
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD = (f"00008101-000A1B2C3D4E000{number}" for number in (1, 2, 3))


@pytest.fixture(autouse=True)
def limited(alpha: Site, alice: User) -> None:
    people.configure(alpha, devices_per_person=1)
    people.let_assign(alice, alpha)
    people.person(alpha, "ana", "Ana Alvarez")


def for_ana(site: Site) -> Visitor:
    """Alice enrolls for Ana, whom the directory knows."""
    visitor = Visitor()
    visitor.log_in()
    visitor.post(visitor.reach("assign"), {"user_name": "ana"})
    visitor.post(f"{visitor.own}/site/", {"site": str(site.pk)})
    return visitor


def says_ana(site: Site) -> Visitor:
    """By an invitation without login, typing whose the device is."""
    visitor = invited(site)
    visitor.post(visitor.reach("assign"), {"user_name": "ana"})
    return visitor


def test_one_more_than_that_is_turned_away(alpha: Site) -> None:
    assert is_let(for_ana(alpha), udid=FIRST)
    visitor = for_ana(alpha)

    assert not is_let(visitor, udid=SECOND)

    page = page_of(visitor)
    assert visitor.enrollment.failure_reason == FailureReason.TOO_MANY_DEVICES
    assert page.h1 == "You cannot enroll this iPhone yet"
    assert (
        "as many devices with Alpha School as one person may have. Alpha School IT desk can help" in page.text
    )
    assert Event.objects.get(kind=EventKind.DEVICE_REFUSED).data["why"] == "too-many-devices"


def test_the_same_device_again_does_not_count(alpha: Site) -> None:
    assert is_let(for_ana(alpha), udid=FIRST)
    assert is_let(for_ana(alpha), udid=FIRST)


def test_a_higher_number_a_removed_user_and_a_checked_out_device_make_room(alpha: Site) -> None:
    assert is_let(for_ana(alpha), udid=FIRST)
    people.configure(alpha, devices_per_person=2)
    assert is_let(for_ana(alpha), udid=SECOND)
    assert not is_let(for_ana(alpha), udid=THIRD)

    remove_user(Device.objects.get(udid=FIRST), actor=None, now=timezone.now())

    assert is_let(for_ana(alpha), udid=THIRD)


def test_a_removed_profile_makes_room(alpha: Site) -> None:
    phone = certified(for_ana(alpha), udid=FIRST)
    phone.authenticate()
    phone.token_update()
    assert not is_let(for_ana(alpha), udid=SECOND)

    phone.check_out()

    assert is_let(for_ana(alpha), udid=SECOND)


def test_a_device_that_is_nearly_in_counts_until_it_lapses(alpha: Site) -> None:
    certified(for_ana(alpha), udid=FIRST).authenticate()
    assert not is_let(for_ana(alpha), udid=SECOND)

    Enrollment.objects.filter(status="authenticated").update(ends_at=timezone.now() - timedelta(seconds=1))

    assert is_let(for_ana(alpha), udid=SECOND)


def test_what_is_only_claimed_neither_counts_nor_is_counted(alpha: Site) -> None:
    assert is_let(says_ana(alpha), udid=FIRST)
    assert is_let(for_ana(alpha), udid=SECOND)
    assert is_let(says_ana(alpha), udid=THIRD)


def test_a_listed_owner_is_not_counted(alpha: Site) -> None:
    put(alpha, owner_user_name="ana")
    assert is_let(invited(alpha, assigned_full_name="Guest"), udid=FIRST)
    assert Device.objects.get().assigned_user_name == "ana"

    assert is_let(for_ana(alpha), udid=SECOND)


def test_nor_is_one_of_whom_there_is_a_name_alone(alpha: Site) -> None:
    put(alpha, owner_user_name="Kim")
    assert is_let(invited(alpha, assigned_full_name="Guest"), udid=FIRST)
    assert Device.objects.get().assigned_user_name == "Kim"

    assert is_let(invited(alpha, assigned_user_name="kim"), udid=SECOND)


def test_by_name_where_no_directory_knows_them(alpha: Site) -> None:
    assert is_let(invited(alpha, assigned_user_name="Kim"), udid=FIRST)
    assert not is_let(invited(alpha, assigned_user_name="kim"), udid=SECOND)
    assert is_let(invited(alpha, assigned_user_name="kim_"), udid=THIRD)


def test_staff_who_enroll_for_nobody_are_nobody(alpha: Site, alice: User) -> None:
    for udid in (FIRST, SECOND):
        visitor = Visitor()
        visitor.log_in()
        assert is_let(visitor, udid=udid)


def test_r06_a_person_is_counted_at_every_school_and_a_bare_name_at_its_own(alpha: Site) -> None:
    north, south = (people.new_site(name, parent=alpha, ready=False) for name in ("North", "South"))
    assert is_let(for_ana(north), udid=FIRST)
    later = for_ana(south)
    assert not is_let(later, udid=SECOND) and later.enrollment.site == south

    assert is_let(invited(north, assigned_user_name="kim"), udid=SECOND)
    assert is_let(invited(south, assigned_user_name="kim"), udid=THIRD)
