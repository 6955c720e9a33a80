"""Causes that invitations bring: bound to somebody else, to another device, not valid yet."""

from datetime import timedelta

import pytest
from django.contrib.sites.models import Site
from django.db.models import Q
from django.utils import timezone

from enrollment.actions import outbox
from enrollment.actions.invitation_sending import send
from enrollment.actions.invitations import renew
from enrollment.explain.cause import Cause
from enrollment.explain.invitation_causes import invitation_cause
from enrollment.explain.invitation_facts import InvitationFacts, invitation_facts
from enrollment.explain.story import story_of
from enrollment.models import Enrollment, Event, FailureReason, Invitation, Status
from sites_config.models import User
from tests import people
from tests.invitations.arriving import send_and_arrive
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db


def cause_of(enrollment: Enrollment) -> str:
    events = list(Event.objects.filter(enrollment=enrollment).order_by("-at", "-pk"))
    return story_of(enrollment, events, timezone.now()).cause.name


def test_somebody_who_logged_in_with_another_account(alpha: Site, alice: User) -> None:
    _row, token = people.invite(alpha, login_required=True, only_user_name="bob")
    visitor = Visitor()
    visitor.start(token)
    assert cause_of(visitor.enrollment) == "not_logged_in"

    visitor.post(f"{visitor.own}/log-in/", {"username": "alice", "password": people.PASSWORD})

    assert cause_of(visitor.enrollment) == "somebody_elses_invitation"


@pytest.mark.parametrize(
    "reason",
    [
        FailureReason.WRONG_DEVICE,
        FailureReason.NOT_LISTED,
        FailureReason.TOO_MANY_DEVICES,
        FailureReason.OS_TOO_OLD,
    ],
)
def test_a_device_that_was_turned_away(alpha: Site, reason: FailureReason) -> None:
    visitor = Visitor()
    visitor.start(people.invite(alpha)[1])
    Enrollment.objects.update(status=Status.FAILED, failure_reason=reason)

    assert cause_of(visitor.enrollment) == reason.value.replace("-", "_")


def test_an_invitation_before_its_time(alpha: Site) -> None:
    row, _token = people.invite(alpha, not_before=timezone.now() + timedelta(days=1))

    assert invitation_cause(InvitationFacts(row, None, timezone.now())).name == "not_yet"


def test_an_invitation_whose_message_is_not_there(alpha: Site) -> None:
    row, _token = people.invite(alpha, email="ana@school.example")
    send([row], actor=None, now=timezone.now())

    def cause() -> str:
        return invitation_cause(invitation_facts(Invitation.objects.get(), [], timezone.now())).name

    assert cause() == "waits"
    (leased,) = outbox.claim(1, now=timezone.now())
    outbox.failed(leased, "550 No such mailbox", now=timezone.now())
    assert cause() == "not_delivered"
    send_and_arrive(row)
    assert cause() == "open"
    send([row], actor=None, now=timezone.now())
    outbox.cancel(Q(invitation=row), now=timezone.now())
    assert cause() == "open", "the one before arrived"


def test_a_message_that_waited_brings_the_new_link(alpha: Site) -> None:
    row, _token = people.invite(alpha, email="ana@school.example")
    send([row], actor=None, now=timezone.now())
    row.refresh_from_db()
    renew(row, actor=None, now=timezone.now(), why="asked for")

    def cause() -> Cause:
        return invitation_cause(invitation_facts(Invitation.objects.get(), [], timezone.now()))

    assert cause().name == "waits"
    (leased,) = outbox.claim(1, now=timezone.now())
    assert outbox.begin(leased, now=timezone.now()) and outbox.sent(leased, now=timezone.now())
    assert "The new one was sent to ana@school.example." in cause().why
