"""R25: limits hold under a flood of invented names, and one stranger can't keep everybody else out."""

from datetime import timedelta

import pytest
from django.contrib.sites.models import Site
from django.http import HttpResponse
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.signin import staff
from enrollment.signin.accounts import DOUBTFUL_FROM, FAILURES_LIVE
from sites_config.models import Privilege, User
from tests import people
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
ELSEWHERE = "198.51.100.9"


@pytest.fixture(autouse=True)
def generous_address(settings: Settings) -> None:
    """One address may fail as often as the stories need; five failures still close a name."""
    settings.ACCOUNT_RATE_LIMITS = {"login": "9999/m/ip", "login_failed": "9999/m/ip,5/5m/key"}


def _fail(names: list[str]) -> HttpResponse:
    visitor = Visitor()
    visitor.get("/enroll/")
    for name in names:
        answer = visitor.post("/enroll/", {"username": name, "password": "wrong"})
    return answer


def _log_in_from(address: str) -> int:
    visitor = Visitor()
    visitor.client.defaults["REMOTE_ADDR"] = address
    return visitor.log_in("alice").status_code


def test_r25_names_stay_locked_after_400_failures_of_others(alpha: Site) -> None:
    """Several names: a table that is too small forgets some of them, and chance says which."""
    locked = [f"teacher{number}" for number in range(10)]
    for name in locked:
        people.staff(name, f"T {name}", (alpha, Privilege.ENROLL_MOBILE_DEVICES))
        _fail([name] * 5)

    _fail([f"nobody{number}" for number in range(400)])

    assert {name: Visitor().log_in(name).status_code for name in locked} == dict.fromkeys(locked, 429)


def test_doubtful_addresses_share_one_slot() -> None:
    with staff.hashing_slot(doubtful=True), pytest.raises(staff.Busy), staff.hashing_slot(doubtful=True):
        pass


def test_others_get_in_beside_a_doubtful_address() -> None:
    with staff.hashing_slot(doubtful=True), staff.hashing_slot():
        pass


def test_a_doubtful_address_never_waits_and_adds_no_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staff, "_waited", lambda taken: pytest.fail("waited for a doubtful address"))
    with staff._slots, staff._slots, pytest.raises(staff.Busy), staff.hashing_slot(doubtful=True):
        pass


def test_every_slot_comes_back() -> None:
    for _round in range(3):
        with staff.hashing_slot(doubtful=True), staff.hashing_slot(), pytest.raises(staff.Busy):
            staff.hashing_slot(doubtful=True).__enter__()
    with staff.hashing_slot(), staff.hashing_slot():
        pass


def test_a_turned_away_doubtful_address_gives_its_own_slot_back() -> None:
    with staff._slots, staff._slots, pytest.raises(staff.Busy), staff.hashing_slot(doubtful=True):
        pass
    with staff.hashing_slot(doubtful=True):
        pass


@pytest.mark.parametrize(("failures", "answer"), [(DOUBTFUL_FROM - 1, 303), (DOUBTFUL_FROM, 503)])
def test_an_address_is_doubtful_from_its_fiftieth_failure(alice: User, failures: int, answer: int) -> None:
    _fail([f"nobody{number}" for number in range(failures)])

    with staff.hashing_slot(doubtful=True):
        assert Visitor().log_in("alice").status_code == answer
        assert _log_in_from(ELSEWHERE) == 303, "others still get in"


def test_a_doubtful_address_with_nobody_in_its_way_logs_in(alice: User) -> None:
    _fail([f"nobody{number}" for number in range(DOUBTFUL_FROM)])

    assert Visitor().log_in("alice").status_code == 303


def test_right_passwords_make_no_address_doubtful(alice: User) -> None:
    for _person in range(DOUBTFUL_FROM):
        assert Visitor().log_in("alice").status_code == 303

    with staff.hashing_slot(doubtful=True):
        assert Visitor().log_in("alice").status_code == 303


def test_the_failures_are_forgotten_in_time(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    _fail([f"nobody{number}" for number in range(DOUBTFUL_FROM)])
    later = timezone.now() + timedelta(seconds=FAILURES_LIVE + 1)
    monkeypatch.setattr("django.core.cache.backends.db.tz_now", lambda: later)

    with staff.hashing_slot(doubtful=True):
        assert Visitor().log_in("alice").status_code == 303


def test_a_name_of_301_characters_signs_in_and_is_cut(alpha: Site) -> None:
    people.staff("long", "A" * 150 + " " + "B" * 150, (alpha, Privilege.ENROLL_MOBILE_DEVICES))
    visitor = Visitor()

    assert visitor.log_in("long").status_code == 303
    assert visitor.enrollment.signed_in_name == "A" * 150
