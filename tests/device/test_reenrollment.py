"""A known device enrolls again: its history stays, and what the site wants forgotten goes."""

import plistlib

import pytest
from django.contrib.sites.models import Site

from enrollment.models import Command, CommandState, Device, Enrollment, Status
from tests import people
from tests.device.phones import Phone, Phones

UDID = "00008101-000A1B2C3D4E001E"
ALL = (CommandState.ACKNOWLEDGED, CommandState.ERROR, CommandState.QUEUED)


@pytest.fixture
def earlier(phones: Phones, alpha: Site) -> Phone:
    """Ana's, with one command answered, one failed and one waiting."""
    invitation, _token = people.invite(alpha, assigned_user_name="ana", assigned_full_name="Ana Alvarez")
    phone = phones.enrolled(invitation=invitation, udid=UDID)
    for status in ("Acknowledged", "Error"):
        number = plistlib.loads(phone.report(Status="Idle").body)["CommandUUID"]
        phone.report(Status=status, CommandUUID=number)
    assert _states(phone) == set(ALL)
    return phone


def _states(phone: Phone) -> set[str]:
    return set(Command.objects.filter(enrollment=phone.attempt).values_list("state", flat=True))


def _again(phones: Phones, site: Site) -> Enrollment:
    invitation, _token = people.invite(site, assigned_user_name="ben", assigned_full_name="Ben Brook")
    return phones.enrolled(invitation=invitation, udid=UDID).enrollment


def test_the_device_has_its_new_user_and_its_old_history(phones: Phones, earlier: Phone, alpha: Site) -> None:
    later = _again(phones, alpha)
    device = Device.objects.get()
    assert (device.enrollment, device.assigned_full_name) == (later, "Ben Brook")
    assert earlier.enrollment.status == Status.SUPERSEDED
    assert earlier.enrollment.assigned_full_name == "Ana Alvarez"
    assert list(device.enrollments.order_by("pk")) == [earlier.enrollment, later]


@pytest.mark.parametrize(
    ("policy", "left"),
    [
        ("", set(ALL)),
        ("nothing", set(ALL)),
        ("errors", {CommandState.ACKNOWLEDGED, CommandState.QUEUED}),
        ("unacknowledged", {CommandState.ACKNOWLEDGED}),
        ("everything", set()),
    ],
)
def test_commands_of_before_go_as_the_site_wants(
    phones: Phones, earlier: Phone, alpha: Site, policy: str, left: set[str]
) -> None:
    people.configure(alpha, clear_commands=policy)
    _again(phones, alpha)
    assert _states(earlier) == left


def test_users_and_locations_of_before_go_where_the_site_says_so(
    phones: Phones, earlier: Phone, alpha: Site
) -> None:
    people.configure(alpha, clear_location_history=True)
    later = _again(phones, alpha)
    assert earlier.enrollment.assigned_full_name == "" and earlier.enrollment.assignment_source == ""
    assert later.assigned_full_name == "Ben Brook"
