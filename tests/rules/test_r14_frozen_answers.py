"""R14: answers freeze with the certificate, and what was issued for other answers is withdrawn."""

from typing import Any

import pytest
from django.contrib.sites.models import Site

from enrollment.actions import profiles
from enrollment.actions.enrollments import AnswersFrozen, SignIn, sign_in
from enrollment.models import (
    Certificate,
    Challenge,
    Enrollment,
    Event,
    EventKind,
    IssuedProfile,
    SignInMethod,
    Status,
)
from enrollment.pki.cms import sign_attached
from sites_config.models import Privilege, SiteConfiguration, SitePrivilege, User
from tests import people
from tests.iphone import IPhone
from tests.moved_clock import Clock
from tests.phone.errors import PhoneError
from tests.visitor import Visitor, as_page, fetch_profile, phone_without_network

pytestmark = pytest.mark.django_db


@pytest.fixture
def dora(alpha: Site) -> User:
    return people.staff("dora", "Dora Diaz", (alpha, Privilege.ENROLL_MOBILE_DEVICES))


@pytest.fixture
def visitor(alice: User) -> Visitor:
    """Alice, with a profile issued."""
    visitor = Visitor()
    visitor.log_in()
    visitor.go_on()
    return visitor


@pytest.fixture
def phone(visitor: Visitor) -> IPhone:
    """Alice's phone, the profile waiting in Settings."""
    phone = phone_without_network()
    fetch_profile(visitor, phone)
    phone.install()
    return phone


def test_r14_another_answer_withdraws_profile_and_challenge_at_once(
    visitor: Visitor, phone: IPhone, dora: User
) -> None:
    visitor.log_in("dora", path=f"{visitor.own}/log-in/")

    enrollment = visitor.enrollment
    assert enrollment.signed_in_name == "Dora Diaz"
    assert enrollment.profile is None
    assert Challenge.objects.get().withdrawn_at is not None
    assert IssuedProfile.objects.get().body_encrypted is None
    assert Event.objects.filter(kind=EventKind.ANSWERS_CHANGED, enrollment=enrollment).count() == 1
    assert visitor.see(visitor.own + "/").h1.startswith("Let Alpha School manage"), "asked again"
    with pytest.raises(PhoneError):
        phone.obtain_certificate()


def test_r14_the_old_download_is_gone_with_the_old_answer(visitor: Visitor, dora: User) -> None:
    url = visitor.profile_url

    visitor.log_in("dora", path=f"{visitor.own}/log-in/")

    assert visitor.get(url).status_code == 410


def test_r14_after_the_change_a_new_profile_is_good(visitor: Visitor, dora: User) -> None:
    visitor.log_in("dora", path=f"{visitor.own}/log-in/")
    visitor.go_on()
    phone = phone_without_network()
    fetch_profile(visitor, phone)

    phone.management.run()

    assert visitor.enrollment.status == Status.ENROLLED
    assert visitor.enrollment.signed_in_name == "Dora Diaz"


def test_r14_a_wrong_password_changes_no_answer(visitor: Visitor, phone: IPhone) -> None:
    visitor.log_in("alice", "wrong", path=f"{visitor.own}/log-in/")
    phone.obtain_certificate()
    assert visitor.enrollment.signed_in_name == "Alice Archer"


def test_r14_with_the_certificate_answers_freeze(visitor: Visitor, phone: IPhone, dora: User) -> None:
    phone.obtain_certificate()
    before = Enrollment.objects.values().get()

    for screen in ("log-in", "mdm-profile"):
        answer = visitor.post(f"{visitor.own}/{screen}/", {"username": "dora", "password": people.PASSWORD})
        assert answer.headers["Location"] == f"{visitor.own}/install/"
        assert visitor.get(f"{visitor.own}/{screen}/").headers["Location"] == f"{visitor.own}/install/"

    assert Enrollment.objects.values().get() == before


@pytest.mark.parametrize(
    "status", [status for status in Status if status not in (Status.STARTED, Status.PROFILE_ISSUED)]
)
def test_r14_the_update_itself_asks_for_the_status(
    visitor: Visitor, dora: User, clock: Clock, status: Status
) -> None:
    """A device may get its certificate between the page's look and its write."""
    looked_at = visitor.enrollment
    Enrollment.objects.update(status=status)
    who = SignIn(method=SignInMethod.STAFF, source="staff", external_id="9", name="Dora Diaz", user=dora)

    with pytest.raises(AnswersFrozen):
        sign_in(looked_at, who, now=clock.time)

    assert visitor.enrollment.signed_in_name == "Alice Archer"


def _lose_the_privilege() -> None:
    SitePrivilege.objects.all().delete()


def _close_the_account() -> None:
    User.objects.filter(username="alice").update(is_active=False)


def _delete_the_account() -> None:
    User.objects.filter(username="alice").delete()


def _archive_the_site() -> None:
    configuration = SiteConfiguration.objects.get()
    configuration.archived = True
    configuration.save()


LOSSES = [_lose_the_privilege, _close_the_account, _delete_the_account, _archive_the_site]


@pytest.mark.parametrize("lose", LOSSES)
def test_r14_every_download_asks_all_conditions_again(visitor: Visitor, lose: object) -> None:
    url = visitor.profile_url
    assert visitor.get(url).status_code == 200

    lose()  # type: ignore[operator]

    assert visitor.get(url).status_code in (410, 421)


@pytest.mark.parametrize("lose", LOSSES)
def test_r14_every_pki_operation_asks_all_conditions_again(
    visitor: Visitor, phone: IPhone, lose: object
) -> None:
    lose()  # type: ignore[operator]

    with pytest.raises(PhoneError):
        phone.obtain_certificate()

    assert not Certificate.objects.exists()


def test_r14_who_lost_the_privilege_is_asked_to_log_in_again(visitor: Visitor) -> None:
    _lose_the_privilege()
    page = visitor.see(visitor.own + "/install/")
    assert page.h1 == "Log in"


def test_r14_download_again_asks_the_conditions_too(visitor: Visitor, clock: Clock) -> None:
    clock.forward(minutes=8)
    _lose_the_privilege()

    answer = visitor.post(f"{visitor.own}/install/")

    assert answer.status_code == 303 and answer.headers["Location"].endswith("/log-in/")
    assert IssuedProfile.objects.count() == 1


def test_r14_no_try_again_without_the_conditions(visitor: Visitor, phone: IPhone) -> None:
    phone.obtain_certificate()
    phone.authenticate()
    phone.check_out()
    assert visitor.see(visitor.own + "/").h1 == "Enrollment did not finish"
    _lose_the_privilege()

    assert as_page(visitor.post(f"{visitor.own}/failed/")).h1 == "This enrollment has expired"
    assert visitor.enrollment.status == Status.FAILED


def test_r14_who_logs_in_while_another_tab_continues_withdraws_that_profile(
    alice: User, dora: User, clock: Clock
) -> None:
    """Checking a password takes a while, and the row was read before."""
    visitor = Visitor()
    visitor.log_in()
    looked_at = visitor.enrollment
    visitor.go_on()
    url = visitor.profile_url
    who = SignIn(method=SignInMethod.STAFF, source="staff", external_id="9", name="Dora Diaz", user=dora)

    sign_in(looked_at, who, now=clock.time)

    assert Challenge.objects.get().withdrawn_at is not None
    assert visitor.get(url).status_code == 410


def test_r14_a_profile_for_earlier_answers_is_not_issued_after_the_change(
    visitor: Visitor, dora: User, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Download again in one tab, and while it signs, somebody else logs in in the other."""
    clock.forward(minutes=8)

    def meanwhile(content: bytes, **signer: Any) -> bytes:
        monkeypatch.undo()
        visitor.log_in("dora", path=f"{visitor.own}/log-in/")
        return sign_attached(content, **signer)

    monkeypatch.setattr(profiles, "sign_attached", meanwhile)
    answer = visitor.post(f"{visitor.own}/install/")

    assert answer.status_code == 303
    assert visitor.see(visitor.own + "/").h1.startswith("Let Alpha School manage"), "asked again"
    assert IssuedProfile.objects.count() == 1 and visitor.enrollment.profile is None
