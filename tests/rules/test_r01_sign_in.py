"""R01: a sign-in is a fact of one enrollment, written by a request that carries its browser key."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.models import Enrollment, Event, EventKind, SignInMethod
from sites_config.models import User
from tests import people
from tests.visitor import Visitor, as_page

pytestmark = pytest.mark.django_db
ALICE = {"username": "alice", "password": people.PASSWORD}
# What a person's request goes through; admin and allauth's own pages are another matter.
SCREENS = ("steps", "views", "signin", "visit.py", "flow.py")
# Behind a login of their own, with a session: the second factors of an account.
STAFF_PAGES = ("views/passkeys.py", "views/second_factor.py")


def _signed_in_columns(enrollment: Enrollment) -> dict[str, object]:
    columns = Enrollment.objects.filter(pk=enrollment.pk).values(
        "signed_in_with",
        "signed_in_user",
        "signed_in_source",
        "signed_in_id",
        "signed_in_name",
        "signed_in_at",
    )
    return dict(columns[0])


NOBODY = {
    "signed_in_with": "",
    "signed_in_user": None,
    "signed_in_source": "",
    "signed_in_id": "",
    "signed_in_name": "",
    "signed_in_at": None,
}


def test_r01_a_sign_in_stores_source_external_id_method_and_time(alice: User) -> None:
    before = timezone.now()
    visitor = Visitor()
    visitor.log_in()

    enrollment = visitor.enrollment

    assert enrollment.signed_in_with == SignInMethod.STAFF
    assert (enrollment.signed_in_source, enrollment.signed_in_id) == ("staff", str(alice.pk))
    assert (enrollment.signed_in_user, enrollment.signed_in_name) == (alice, "Alice Archer")
    assert enrollment.signed_in_at is not None
    assert before <= enrollment.signed_in_at <= before + timedelta(minutes=1)
    noted = Event.objects.get(kind=EventKind.SIGNED_IN)
    assert (noted.enrollment, noted.actor) == (enrollment, alice)


@pytest.mark.parametrize("been_here_before", [False, True])
def test_r01_alice_follows_a_link_to_bobs_enrollment_and_his_row_stays_empty(
    alpha: Site, alice: User, been_here_before: bool
) -> None:
    _row, token = people.invite(alpha, login_required=True)
    bob = Visitor()
    bobs = bob.start(token)
    link = f"/enroll/{bobs.public_id}/log-in/"

    visitor = Visitor()
    if been_here_before:
        visitor.get("/enroll/")  # so that her browser has a key, of nobody's enrollment
    seen = visitor.see(link)
    answer = visitor.post(link, ALICE)

    assert seen.status == answer.status_code == 403
    assert seen.h1 == as_page(answer).h1 == "This enrollment is not open in this browser"
    assert seen.link("Start again").url == "https://alpha.test/enroll/"
    assert _signed_in_columns(bobs) == NOBODY
    assert Enrollment.objects.count() == 1


def test_r01_a_leftover_session_never_answers_log_in(alpha: Site, alice: User) -> None:
    _row, token = people.invite(alpha, login_required=True)
    visitor = Visitor()
    visitor.log_in_to_admin("alice")

    portal = visitor.see("/enroll/")
    enrollment = visitor.start(token)
    screen = visitor.see(visitor.own + "/")

    assert portal.h1 == screen.h1 == "Log in"
    assert "Alice" not in portal.text + screen.text
    assert _signed_in_columns(enrollment) == NOBODY
    # Nor does any other screen let her through.
    assert visitor.post(f"{visitor.own}/mdm-profile/").headers["Location"].endswith("/log-in/")
    assert not enrollment.profiles.exists()


@pytest.mark.parametrize("when", ["before the row exists", "after it was made"])
def test_r01_a_login_view_alone_signs_nobody_in(alpha: Site, alice: User, when: str) -> None:
    """Carol's admin login in the next tab is neither this enrollment's nor newer by a request of its own."""
    _row, token = people.invite(alpha, login_required=True)
    visitor = Visitor()
    if when == "after it was made":
        visitor.start(token)
    visitor.log_in_to_admin("alice")
    assert visitor.get("/accounts/password/change/").status_code == 200, "she is logged in there"

    enrollment = visitor.start(token) if when == "before the row exists" else visitor.enrollment

    assert visitor.see(visitor.own + "/").h1 == "Log in"
    assert _signed_in_columns(enrollment) == NOBODY


def test_r01_no_screen_reads_request_user() -> None:
    room = Path(settings.BASE_DIR) / "enrollment"
    files = [
        file
        for name in SCREENS
        for file in ([room / name] if name.endswith(".py") else (room / name).glob("*.py"))
        if str(file.relative_to(room)) not in STAFF_PAGES
    ]
    assert len(files) > 20

    readers = [
        f"{file.name}:{node.lineno}"
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "user" and "request" in ast.unparse(node.value)
    ]

    assert readers == []
