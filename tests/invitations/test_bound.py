"""Invitations for one person, one mailbox, one device, and for later."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.utils import timezone

from enrollment.actions.uses import UseRefused, hold
from enrollment.models import Enrollment, Event, EventKind, FailureReason, Invitation, InvitationUse, Status
from sites_config.models import User
from tests import people
from tests.admin.filled import send as fill
from tests.conftest import MakePhone
from tests.live import LiveServer
from tests.phone.errors import PhoneError
from tests.visitor import Visitor, as_page

ADD = "/admin/enrollment/invitation/add/"


def log_in(token: str, username: str) -> tuple[Visitor, int]:
    visitor = Visitor()
    visitor.start(token)
    answer = visitor.post(f"{visitor.own}/log-in/", {"username": username, "password": people.PASSWORD})
    return visitor, answer.status_code


@pytest.mark.parametrize(
    ("bound", "status"),
    [
        ({"only_user_name": "ALICE"}, 303),
        ({"only_user_name": "bob"}, 403),
        ({"only_email": "Alice@Park.example"}, 303),
        ({"only_email": "bob@park.example"}, 403),
        # A Kelvin sign is no K, whatever capitals make of it.
        ({"only_email": "alice@par\u212a.example"}, 403),
        ({"only_user_name": "alice", "only_email": "bob@park.example"}, 403),
    ],
)
def test_only_who_is_meant_logs_in(alice: User, alpha: Site, bound: dict[str, str], status: int) -> None:
    User.objects.filter(pk=alice.pk).update(email="alice@park.example")
    row, token = people.invite(alpha, login_required=True, **bound)

    visitor, got = log_in(token, "alice")

    row.refresh_from_db()
    enrollment = Enrollment.objects.get()
    assert got == status and (row.uses_held, row.uses_spent) == (1, 0)
    assert bool(enrollment.signed_in_with) is (status == 303)
    refused = Event.objects.filter(enrollment=enrollment, kind=EventKind.WRONG_PERSON).count()
    assert refused == (0 if status == 303 else 1)
    if status == 403:
        answer = visitor.post(f"{visitor.own}/log-in/", {"username": "alice", "password": people.PASSWORD})
        assert as_page(answer).h1 == "This invitation is for somebody else"


@pytest.mark.parametrize("name", ["only_user_name", "only_email"])
def test_without_login_nobody_can_be_told_from_others(as_anna: Client, alpha: Site, name: str) -> None:
    answer = fill(as_anna, ADD, site=alpha.pk, name="Ana", login_required="", **{name: "ana@school.example"})

    assert "Only who logs in can be told from others" in answer.content.decode()
    assert not Invitation.objects.exists()


def test_the_wrong_device_is_turned_away_and_the_right_one_enrolls(
    alpha: Site, live: LiveServer, phone: MakePhone
) -> None:
    row, token = people.invite(alpha, only_serial_number="f2lx1234abcd")
    wrong = phone(udid="00008101-000A1B2C3D4E0001", serial="C02WRONG0001")

    with pytest.raises(PhoneError):
        wrong.enroll(live.url(path=f"/i/{token}"))

    first = Enrollment.objects.get()
    row.refresh_from_db()
    assert (first.status, first.failure_reason) == (Status.FAILED, FailureReason.WRONG_DEVICE)
    assert first.device is None and first.invitation_use == InvitationUse.NONE
    assert (row.uses_held, row.uses_spent) == (0, 0)
    assert "The invitation is for another device" in wrong.safari.reload().text
    right = phone(udid="00008101-000A1B2C3D4E0002", serial="F2LX1234ABCD")
    result = right.enroll(live.url(path=f"/i/{token}"))
    assert result.page is not None and result.page.h1 == "Enrollment complete"
    row.refresh_from_db()
    assert row.uses_spent == 1 and row.used_at is not None


@pytest.mark.django_db
def test_r09_the_claim_itself_asks_whether_it_has_begun(alpha: Site) -> None:
    """As in two requests at once: it was put off after the page had read it."""
    begins = timezone.now() + timedelta(days=1)
    row, _token = people.invite(alpha, not_before=begins)

    with pytest.raises(UseRefused):
        hold(row, now=begins - timedelta(seconds=1))

    hold(row, now=begins)
    assert Invitation.objects.get().uses_held == 1


@pytest.mark.django_db
def test_before_its_time_it_says_when_and_starts_nothing(alpha: Site) -> None:
    people.configure(alpha, time_zone="Asia/Kolkata")
    opens = datetime(2031, 5, 4, 8, 30, tzinfo=ZoneInfo("Asia/Kolkata"))
    row, token = people.invite(alpha, not_before=opens)
    visitor = Visitor()

    page = visitor.see(f"/i/{token}")
    posted = visitor.post(f"/i/{token}")

    row.refresh_from_db()
    assert page.h1 == "This invitation is not valid yet" and "05/04/2031 8:30 a.m." in page.text
    assert posted.status_code == 403 and row.uses_held == 0
    Invitation.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert visitor.post(f"/i/{token}").status_code == 303


def test_an_end_is_typed_in_the_time_of_the_site(as_anna: Client, alpha: Site) -> None:
    school = people.new_site("North School", parent=alpha, ready=False)
    people.configure(school, time_zone="Asia/Kolkata")

    fill(as_anna, ADD, site=school.pk, name="Ana", expires_at_0="2031-05-04", expires_at_1="08:30:00")

    row = Invitation.objects.get()
    assert row.expires_at == datetime(2031, 5, 4, 3, 0, tzinfo=ZoneInfo("UTC"))
    form = as_anna.get(f"/admin/enrollment/invitation/{row.pk}/change/").content.decode()
    assert 'value="08:30:00"' in form
