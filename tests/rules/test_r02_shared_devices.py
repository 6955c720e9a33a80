"""R02: a portal sign-in opens one enrollment and nothing else; whoever takes the iPad next is a stranger."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.contrib.sites.models import Site

from enrollment.models import Enrollment, Event, EventKind, Status
from sites_config.models import User
from tests import people
from tests.phone.page import Page
from tests.visitor import Visitor, as_page

pytestmark = pytest.mark.django_db
STAFF_ONLY = ("/admin/", "/admin/enrollment/device/", "/accounts/password/change/")


def _forms(page: Page) -> list[str]:
    return [form.action.removeprefix("https://alpha.test") for form in page.forms]


@pytest.mark.parametrize("path", STAFF_ONLY)
def test_r02_what_staff_leave_on_a_pupils_ipad_opens_no_staff_page(alice: User, path: str) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    ipad = Visitor(agent="iPad")

    ipad.log_in()
    ipad.see(ipad.own + "/")

    assert ipad.enrollment.signed_in_user == alice
    answer = ipad.get(path)
    assert answer.status_code == 302
    assert "/login/?next=" in answer.headers["Location"]
    assert isinstance(answer.wsgi_request.user, AnonymousUser)  # type: ignore[attr-defined]


def test_r02_a_portal_sign_in_leaves_no_session_behind(alice: User) -> None:
    ipad = Visitor(agent="iPad")

    ipad.log_in()

    assert not Session.objects.exists()
    assert set(ipad.client.cookies) <= {"__Host-gatehouse-key", "__Host-gatehouse-csrf"}


def test_r02_every_page_says_who_is_logged_in_and_lets_them_log_out(alice: User) -> None:
    ipad = Visitor(agent="iPad")
    ipad.log_in()
    ipad.go_on()

    for screen in ("log-in", "mdm-profile", "install"):
        page = ipad.see(f"{ipad.own}/{screen}/")
        assert "Logged in as Alice Archer" in page.text, screen
        assert f"{ipad.own}/log-out" in _forms(page), screen


def test_r02_after_log_out_the_next_person_finds_the_log_in_screen(alice: User) -> None:
    ipad = Visitor(agent="iPad")
    ipad.log_in()
    old = ipad.own

    answer = ipad.post(f"{old}/log-out")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/enroll/")
    page = ipad.see("/enroll/")
    assert page.h1 == "Log in" and "Alice" not in page.text
    assert ipad.see(f"{old}/mdm-profile/").h1 == "This enrollment is not open in this browser"
    assert Enrollment.objects.get().status == Status.EXPIRED
    assert Event.objects.filter(kind=EventKind.MOVED, data__why="logged out").exists()


def test_r02_log_out_by_link_or_from_elsewhere_does_nothing(alice: User) -> None:
    ipad = Visitor(agent="iPad")
    ipad.log_in()

    assert ipad.get(f"{ipad.own}/log-out").status_code == 405
    stranger = Visitor()
    stranger.get("/enroll/")
    stranger.post(f"{ipad.own}/log-out")

    assert ipad.see(ipad.own + "/").h1.startswith("Let Alpha School manage")


def test_r02_the_portal_asks_whether_to_continue_or_to_start_over(alice: User) -> None:
    ipad = Visitor(agent="iPad")
    ipad.log_in()

    page = ipad.see("/enroll/")

    assert page.link("Continue as Alice Archer").url == f"https://alpha.test{ipad.own}/"
    assert "Start over" in [button.text for form in page.forms for button in form.buttons]
    assert f"{ipad.own}/start-over" in _forms(page)


def test_r02_start_over_forgets_the_answers(alice: User) -> None:
    ipad = Visitor(agent="iPad")
    ipad.log_in()

    ipad.post(f"{ipad.own}/start-over")

    page = ipad.see("/enroll/")
    assert page.h1 == "Log in" and "Alice" not in page.text


def test_r02_sessions_of_staff_live_in_the_database_and_change_their_key_at_login(
    alpha: Site, alice: User
) -> None:
    desk = Visitor(agent="Desktop")
    desk.client.session.save()
    before = desk.client.cookies["__Host-gatehouse-session"].value

    desk.post("/accounts/login/", {"login": "alice", "password": people.PASSWORD})

    after = desk.client.cookies["__Host-gatehouse-session"].value
    assert after != before
    row = Session.objects.get()  # the earlier one is gone
    assert row.get_decoded()[SESSION_KEY] == str(alice.pk)
    assert desk.get("/accounts/password/change/").status_code == 200
    row.delete()
    assert desk.get("/accounts/password/change/").status_code == 302


def test_r02_a_session_of_alpha_is_nobodys_at_beta(alice: User, beta: Site) -> None:
    desk = Visitor(agent="Desktop")
    desk.post("/accounts/login/", {"login": "alice", "password": people.PASSWORD})
    assert desk.get("/accounts/password/change/").status_code == 200

    assert desk.get("/accounts/password/change/", host="beta.test").status_code == 302

    assert desk.get("/accounts/password/change/").status_code == 200, "and at Alpha it goes on"


def test_r02_the_page_after_log_in_is_not_from_a_cache(alice: User) -> None:
    ipad = Visitor(agent="iPad")
    answer = ipad.log_in()
    page = ipad.get(ipad.own + "/mdm-profile/")
    assert as_page(page).status == 200
    assert answer.headers["Cache-Control"] == page.headers["Cache-Control"] == "no-store"
