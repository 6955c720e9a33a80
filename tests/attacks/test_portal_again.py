"""The form at /enroll/ is the Log in screen's, whatever screen the enrollment has reached in another tab."""

import pytest
from django.contrib.sites.models import Site

from enrollment.actions import endings
from enrollment.models import Certificate, Challenge, FailureReason, IssuedProfile, Status
from sites_config.models import Privilege, User
from tests import people
from tests.moved_clock import Clock
from tests.visitor import Visitor, fetch_profile, phone_without_network

pytestmark = pytest.mark.django_db
WRONG = {"username": "bob", "password": "wrong"}
RIGHT = {"username": "alice", "password": people.PASSWORD}


@pytest.fixture
def visitor(alice: User) -> Visitor:
    """Alice has logged in; the next screen's button would issue a profile."""
    visitor = Visitor()
    visitor.log_in("alice")
    return visitor


@pytest.mark.parametrize("form", [WRONG, RIGHT, {}], ids=["wrong", "right", "empty"])
def test_a_second_log_in_issues_no_profile(visitor: Visitor, form: dict[str, str]) -> None:
    visitor.post("/enroll/", form)

    assert visitor.enrollment.status == Status.STARTED
    assert visitor.enrollment.signed_in_name == "Alice Archer"
    assert not IssuedProfile.objects.exists()


def test_a_wrong_password_is_told_to_be_wrong(visitor: Visitor) -> None:
    answer = visitor.post("/enroll/", WRONG)

    assert answer.status_code == 200 and "not right" in answer.content.decode()


def test_a_wrong_password_signs_no_second_profile(visitor: Visitor, clock: Clock) -> None:
    """Nine minutes later the button of Install in Settings would sign another."""
    profile = visitor.go_on().profile_id
    clock.forward(minutes=9)

    visitor.post("/enroll/", WRONG)

    assert visitor.enrollment.profile_id == profile
    assert IssuedProfile.objects.count() == 1


def test_a_wrong_password_tries_no_failed_attempt_again(visitor: Visitor, clock: Clock) -> None:
    endings.fail(visitor.go_on(), FailureReason.PROFILE_REMOVED, now=clock.now())

    visitor.post("/enroll/", WRONG)

    assert visitor.enrollment.status == Status.FAILED
    assert IssuedProfile.objects.count() == 1


@pytest.mark.parametrize("form", [WRONG, RIGHT], ids=["wrong", "right"])
@pytest.mark.parametrize("status", [Status.CERTIFICATE_ISSUED, Status.AUTHENTICATED])
def test_a_device_on_its_way_keeps_its_certificate(
    visitor: Visitor, status: Status, form: dict[str, str]
) -> None:
    visitor.go_on()
    phone = phone_without_network()
    fetch_profile(visitor, phone)
    phone.install()
    phone.obtain_certificate()
    if status == Status.AUTHENTICATED:
        phone.authenticate()

    answer = visitor.post("/enroll/", form)

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{visitor.own}/")
    assert visitor.enrollment.status == status
    assert Certificate.objects.get().revoked_at is None


@pytest.mark.parametrize("at", ["portal", "screen"])
def test_the_same_person_again_keeps_the_profile(visitor: Visitor, at: str) -> None:
    profile = visitor.go_on().profile_id
    url = visitor.profile_url

    answer = visitor.log_in("alice", path="/enroll/" if at == "portal" else f"{visitor.own}/log-in/")

    assert answer.status_code == 303
    assert visitor.enrollment.profile_id == profile is not None
    assert Challenge.objects.get().withdrawn_at is None
    assert visitor.get(url).status_code == 200


def test_another_person_loses_it(visitor: Visitor, alpha: Site) -> None:
    """What makes the story above mean something."""
    people.staff("carl", "Carl Cox", (alpha, Privilege.ENROLL_MOBILE_DEVICES))
    visitor.go_on()

    visitor.log_in("carl", path=f"{visitor.own}/log-in/")

    assert visitor.enrollment.profile_id is None
    assert Challenge.objects.get().withdrawn_at is not None
