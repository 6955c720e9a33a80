"""R03: the browser key is minted by the page and stored, as a hash, by the answer."""

import hashlib

import pytest
from django.contrib.sites.models import Site

from enrollment.actions.tokens import new_token
from enrollment.models import Enrollment, Event, EventKind, Invitation
from sites_config.models import User
from tests import people
from tests.visitor import KEY, Visitor

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["portal", "invitation"])
def test_r03_the_page_mints_a_key_and_no_row(alpha: Site, page: str) -> None:
    _row, token = people.invite(alpha)
    visitor = Visitor()

    visitor.get("/enroll/" if page == "portal" else f"/i/{token}")

    assert len(visitor.key) >= 43, "256 bits"
    assert not Enrollment.objects.exists()
    assert KEY not in visitor.get("/enroll/").cookies, "and it stays the same from then on"


def test_r03_two_browsers_get_two_keys(alpha: Site) -> None:
    keys = set()
    for _browser in range(20):
        visitor = Visitor()
        visitor.get("/enroll/")
        keys.add(visitor.key)
    assert len(keys) == 20


@pytest.mark.parametrize("way", ["Start", "Log In"])
def test_r03_the_answer_stores_the_hash_of_the_key(alpha: Site, alice: User, way: str) -> None:
    _row, token = people.invite(alpha)
    visitor = Visitor()
    if way == "Start":
        visitor.start(token)
    else:
        visitor.log_in()

    row = Enrollment.objects.get()

    assert bytes(row.key_sha256) == hashlib.sha256(visitor.key.encode()).digest()


def test_r03_a_repeated_start_returns_the_same_enrollment(alpha: Site) -> None:
    row, token = people.invite(alpha, max_uses=5)
    visitor = Visitor()
    visitor.start(token)

    answers = [visitor.post(f"/i/{token}") for _click in range(3)]

    assert {answer.headers["Location"] for answer in answers} == {visitor.own + "/"}
    assert Enrollment.objects.count() == 1
    assert Invitation.objects.get(pk=row.pk).uses_held == 1


def test_r03_a_repeated_log_in_returns_the_same_enrollment(alice: User) -> None:
    visitor = Visitor()
    visitor.log_in()

    again = visitor.post("/enroll/", {"username": "alice", "password": people.PASSWORD})

    assert again.headers["Location"] == visitor.own + "/"
    assert Enrollment.objects.count() == 1


@pytest.mark.parametrize("key", ["", "someone-elses", "x" * 5000, "ключ".encode().decode("latin-1")])
@pytest.mark.parametrize("ending", ["/", "/mdm-profile/", "/install/", "/complete/"])
def test_r03_the_address_without_the_key_says_where_to_open_it(alpha: Site, key: str, ending: str) -> None:
    _row, token = people.invite(alpha)
    owner = Visitor()
    owner.start(token)
    stranger = Visitor()
    if key:
        stranger.client.cookies[KEY] = key

    page = stranger.see(owner.own + ending)

    assert page.status == 403
    assert "Open it where you started it, or start again here." in page.text
    assert page.link("Start again").url == "https://alpha.test/enroll/"


def test_r03_the_status_tells_a_stranger_nothing(alpha: Site) -> None:
    _row, token = people.invite(alpha)
    owner = Visitor()
    owner.start(token)

    known = Visitor().get(f"{owner.own}/status")
    unknown = Visitor().get("/enroll/AAAAAAAAAAAAAAAAAAAAAA/status")

    assert owner.get(f"{owner.own}/status").content == b"started"
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content) == (404, b"unknown")


def test_r03_a_stranger_cannot_even_tell_which_enrollments_exist(alpha: Site) -> None:
    _row, token = people.invite(alpha)
    owner = Visitor()
    owner.start(token)

    known, unknown = Visitor().see(f"{owner.own}/"), Visitor().see("/enroll/AAAAAAAAAAAAAAAAAAAAAA/")

    assert (known.status, known.h1, known.text.replace(known.reference, "")) == (
        unknown.status,
        unknown.h1,
        unknown.text.replace(unknown.reference, ""),
    )


def test_r03_cookies_are_bound_to_the_host_and_to_https(alpha: Site, alice: User) -> None:
    visitor = Visitor()
    visitor.see("/enroll/")
    visitor.post("/language", {"language": "de", "next": "/enroll/"})
    visitor.post("/accounts/login/", {"login": "alice", "password": people.PASSWORD})

    cookies = visitor.client.cookies

    assert set(cookies) == {f"__Host-gatehouse-{name}" for name in ("key", "csrf", "language", "session")}
    for name, cookie in cookies.items():
        assert cookie["secure"] and cookie["httponly"], name
        assert (cookie["path"], cookie["domain"], cookie["samesite"]) == ("/", "", "Lax"), name


def test_r03_start_over_twice_leads_to_one_new_key(alpha: Site) -> None:
    """A double click on "Start over": both lead to the beginning with a new key, and one event tells of it."""
    _row, token = people.invite(alpha, max_uses=None)
    visitor = Visitor()
    visitor.start(token)
    old, url = visitor.key, f"{visitor.own}/start-over"
    visitor.post(url)
    assert visitor.key != old
    visitor.client.cookies[KEY] = old
    second = visitor.post(url)
    assert visitor.key != old and second.headers["Location"] == f"/i/{token}"
    assert Event.objects.filter(kind=EventKind.SIGNED_OUT).count() == 1


def test_r03_tokens_are_long_and_never_the_same() -> None:
    tokens = {new_token() for _token in range(20_000)}
    assert len(tokens) == 20_000 and {len(token) for token in tokens} == {43}
