"""R26, as far as it exists: logging in tells nobody which accounts there are; a device remembers who set its user."""

import re

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sites.models import Site

from enrollment.models import AssignmentSource, Device
from sites_config.models import User
from tests import people
from tests.visitor import Visitor, as_page, person_at

pytestmark = pytest.mark.django_db
NAMES = ["alice", "nobody", "gone"]


@pytest.fixture
def gone(alpha: Site) -> User:
    """An account that was closed."""
    return people.staff("gone", "Gone Gray", is_active=False)


def _same(answer: bytes, username: str) -> bytes:
    """The page without what differs for every request: the forms' tokens, the reference code, the name typed."""
    text = re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", answer)
    return re.sub(rb": [2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", b"", text).replace(username.encode(), b"")


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_r26_unknown_wrong_and_closed_are_one_answer(alice: User, gone: User, language: str) -> None:
    answers = [Visitor(language=language).log_in(name, "wrong") for name in NAMES]

    assert {answer.status_code for answer in answers} == {200}
    assert len({_same(answer.content, name) for answer, name in zip(answers, NAMES, strict=True)}) == 1


def test_r26_a_closed_account_with_its_right_password_is_that_answer_too(alice: User, gone: User) -> None:
    closed = Visitor().log_in("gone", people.PASSWORD)
    wrong = Visitor().log_in("alice", "wrong")

    assert closed.status_code == wrong.status_code == 200
    assert _same(closed.content, "gone") == _same(wrong.content, "alice")


def test_r26_the_door_to_the_admin_says_no_more(alice: User, gone: User) -> None:
    attempts = [("alice", "wrong"), ("nobody", "wrong"), ("gone", "wrong"), ("gone", people.PASSWORD)]

    answers = [
        (Visitor().post("/accounts/login/", {"login": name, "password": password}), name)
        for name, password in attempts
    ]

    assert {answer.status_code for answer, _name in answers} == {200}
    assert len({_same(answer.content, name) for answer, name in answers}) == 1


@pytest.mark.parametrize("name", NAMES)
def test_r26_every_attempt_costs_one_hash(
    alice: User, gone: User, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the time says nothing either."""
    hashed = []
    encode = PBKDF2PasswordHasher.encode

    def count(self: PBKDF2PasswordHasher, *given: object, **more: object) -> str:
        hashed.append(1)
        return encode(self, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", count)

    Visitor().log_in(name, "wrong")

    assert len(hashed) == 1


def test_r26_the_limit_says_the_same_of_names_that_do_not_exist(alice: User) -> None:
    answers = []
    for name in ("alice", "nobody"):
        for _attempt in range(6):
            answer = Visitor().log_in(name, "wrong")
        answers.append((answer.status_code, _same(answer.content, name)))

    assert answers[0] == answers[1] and answers[0][0] == 429


def test_r26_the_device_remembers_that_the_invitation_named_its_user(alpha: Site) -> None:
    _row, token = people.invite(alpha, assigned_user_name="ana", assigned_full_name="Ana Alvarez")

    visitor, _phone = person_at("enrolled", token)

    device = Device.objects.get()
    assert (device.assigned_user_name, device.assignment_source) == ("ana", AssignmentSource.INVITATION)
    assert "Ana Alvarez" in visitor.see(visitor.own + "/").text


def test_r26_a_device_of_nobody_says_so(alpha: Site) -> None:
    _row, token = people.invite(alpha, assigned_user_name="")
    person_at("enrolled", token)
    assert Device.objects.get().assignment_source == AssignmentSource.NONE


def test_r26_no_page_before_log_in_names_an_account(alice: User) -> None:
    assert "lice" not in as_page(Visitor().get("/enroll/")).text
