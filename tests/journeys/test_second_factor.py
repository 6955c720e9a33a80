"""Staff with a second factor at the portal: the password alone is no sign-in."""

import pytest
from django.contrib.sessions.models import Session
from django.contrib.sites.models import Site

from enrollment.models import Enrollment, Event, EventKind
from sites_config.models import Privilege, User
from tests import people
from tests.authenticator_app import WRONG, Counter, counter, give_app, give_codes, give_passkey
from tests.moved_clock import Clock
from tests.phone.page import Page
from tests.visitor import Visitor

__all__ = ["counter"]
pytestmark = pytest.mark.django_db


def waiting(username: str = "alice") -> Visitor:
    """A browser where the password was right."""
    ipad = Visitor(agent="iPad")
    assert ipad.log_in(username).status_code == 303
    return ipad


def code_page(ipad: Visitor) -> str:
    return f"{ipad.own}/second-factor/"


def enter(ipad: Visitor, code: str) -> Page:
    answer = ipad.post(code_page(ipad), {"code": code})
    from tests.visitor import as_page

    return as_page(answer) if answer.status_code != 303 else ipad.see(f"{ipad.own}/")


def signed_in() -> bool:
    told = Event.objects.filter(kind=EventKind.SIGNED_IN).exists()
    assert told == Enrollment.objects.exclude(signed_in_with="").exists()
    return told


def test_the_code_makes_the_sign_in_a_fact(alice: User, counter: Counter) -> None:
    give_app(alice)
    ipad = waiting()

    page = ipad.see(f"{ipad.own}/")
    assert (page.path, page.h1) == (code_page(ipad), "Enter the code")
    field = ipad.get(code_page(ipad)).content.decode()
    assert 'inputmode="numeric"' in field and 'autocomplete="one-time-code"' in field
    assert not signed_in() and "Alice" not in page.text

    assert enter(ipad, counter.code()).h1.startswith("Let Alpha School manage")
    assert signed_in() and ipad.enrollment.signed_in_user == alice
    assert "second-factor" not in ipad.enrollment.answers
    assert ipad.go_on().profile is not None


def test_nothing_else_opens_before_the_code(alice: User, counter: Counter) -> None:
    give_app(alice)
    ipad = waiting()

    for screen in ("mdm-profile", "install", "complete"):
        assert ipad.see(f"{ipad.own}/{screen}/").path == code_page(ipad)
        ipad.post(f"{ipad.own}/{screen}/")
    assert ipad.enrollment.profile is None and not signed_in()


def test_r02_no_session_and_no_cookie_remember_it(alice: User, counter: Counter) -> None:
    give_app(alice)
    ipad = waiting()
    enter(ipad, WRONG)
    enter(ipad, counter.code())

    assert not Session.objects.exists()
    assert set(ipad.client.cookies) <= {"__Host-gatehouse-key", "__Host-gatehouse-csrf"}
    assert ipad.get("/admin/").status_code == ipad.get("/accounts/second-factor/").status_code == 302


def test_a_wrong_code_and_a_used_one_are_refused(alice: User, counter: Counter) -> None:
    give_app(alice)
    first, second = waiting(), waiting()

    assert "The code is not right" in enter(first, WRONG).text
    assert "Enter the code" in enter(first, "").text
    enter(first, counter.code())
    assert "The code is not right" in enter(second, counter.code()).text
    counter.next()
    enter(second, counter.code())
    assert second.enrollment.signed_in_user == alice


def test_a_recovery_code_works_once(alice: User, counter: Counter) -> None:
    give_app(alice)
    code = give_codes(alice)[3]

    enter(waiting(), code)
    assert signed_in()
    assert "The code is not right" in enter(waiting(), code).text


def test_r25_five_wrong_codes_close_the_account_for_a_while(alice: User, counter: Counter) -> None:
    give_app(alice)
    ipad = waiting()
    for _attempt in range(5):
        enter(ipad, WRONG)

    page = enter(waiting(), counter.code())

    assert (page.status, signed_in()) == (429, False)
    assert "Too many attempts" in page.text


def test_the_password_is_remembered_for_five_minutes(alice: User, counter: Counter, clock: Clock) -> None:
    give_app(alice)
    ipad = waiting()
    clock.forward(minutes=5)

    assert ipad.see(f"{ipad.own}/").h1 == "Log in"
    enter(ipad, counter.code())
    assert not signed_in()


@pytest.mark.parametrize("since", ["closed", "demonstration is over"])
def test_an_account_that_was_closed_meanwhile_signs_nobody_in(
    alice: User, counter: Counter, since: str
) -> None:
    give_app(alice)
    ipad = waiting()
    User.objects.filter(pk=alice.pk).update(
        **({"is_active": False} if since == "closed" else {"is_demo": True})
    )

    assert enter(ipad, counter.code()).h1 == "Log in"
    assert not signed_in()


def test_another_account_can_be_used(alice: User, alpha: Site, counter: Counter) -> None:
    people.staff("amir", "Amir Aziz", (alpha, Privilege.ENROLL_MOBILE_DEVICES))
    give_app(alice)
    ipad = waiting()

    ipad.post(code_page(ipad), {"other": "1"})

    assert ipad.see(f"{ipad.own}/").h1 == "Log in"
    ipad.log_in("amir", path=f"{ipad.own}/log-in/")
    assert ipad.enrollment.signed_in_name == "Amir Aziz"


def test_while_a_second_person_owes_the_code_the_first_one_goes_nowhere(
    alice: User, alpha: Site, counter: Counter
) -> None:
    amir = people.staff("amir", "Amir Aziz", (alpha, Privilege.ENROLL_MOBILE_DEVICES))
    give_app(amir)
    ipad = waiting("alice")
    ipad.go_on()

    ipad.log_in("amir", path=f"{ipad.own}/log-in/")

    assert ipad.see(f"{ipad.own}/install/").path == code_page(ipad)
    assert ipad.enrollment.profile is None
    enter(ipad, counter.code())
    assert ipad.enrollment.signed_in_user == amir


def test_a_hand_over_brings_no_password_along(alice: User, counter: Counter) -> None:
    give_app(alice)
    desk, ipad = Visitor(agent="Desktop"), Visitor(agent="iPad")
    desk.log_in()

    ipad.take(desk.hand_over())

    assert ipad.see(f"{ipad.own}/").h1 == "Log in"
    enter(ipad, counter.code())
    assert not signed_in()


def test_r04_a_wrong_password_and_a_missing_privilege_make_no_row(alice: User, bob: User) -> None:
    give_app(alice)
    give_app(bob)

    Visitor().log_in("alice", "wrong")
    assert Visitor().log_in("bob").status_code == 403

    assert not Enrollment.objects.exists()


def test_without_one_it_is_as_before(alice: User) -> None:
    waiting()

    assert signed_in()


def test_a_passkey_alone_is_not_asked_for_where_nothing_is_required(alice: User) -> None:
    give_passkey(alice)
    waiting()

    assert signed_in()
