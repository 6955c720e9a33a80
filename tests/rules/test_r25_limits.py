"""R25: limits that a school behind one address never meets, and a stranger does."""

import time
from collections.abc import Iterator

import pytest
from django.conf import settings as configured
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sites.models import Site
from django.db import connection
from django.http import HttpResponse
from pytest_django.fixtures import Settings

from enrollment.models import Enrollment
from enrollment.signin import staff
from sites_config.models import Privilege, SitePrivilege, User
from tests import people
from tests.rules.start import BASE, run
from tests.visitor import Visitor, as_page

pytestmark = pytest.mark.django_db
TOO_MANY = "Too many attempts: wait five minutes, then log in again"


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for every password that was hashed."""
    counted: list[str] = []
    encode = PBKDF2PasswordHasher.encode

    def count(self: PBKDF2PasswordHasher, password: str, *rest: object, **more: object) -> str:
        counted.append(str(self.algorithm))
        return encode(self, password, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", count)
    return counted


def _fail(times: int, username: str = "alice", **more: str) -> HttpResponse:
    """The answer to the last of so many wrong passwords."""
    visitor = Visitor()
    visitor.get("/enroll/")
    for _attempt in range(times):
        answer = visitor.post("/enroll/", {"username": username, "password": "wrong"}, **more)
    return answer


def test_r25_three_hundred_people_log_in_from_one_address(alpha: Site) -> None:
    for number in range(20):
        people.staff(f"teacher{number}", f"Teacher {number}", (alpha, Privilege.ENROLL_MOBILE_DEVICES))

    answers = [Visitor().log_in(f"teacher{number % 20}") for number in range(300)]

    assert {answer.status_code for answer in answers} == {303}
    assert Enrollment.objects.count() == 300


def test_r25_five_failures_for_one_name_close_it_for_five_minutes(
    alice: User, monkeypatch: pytest.MonkeyPatch, hashes: list[str]
) -> None:
    assert _fail(5).status_code == 200
    hashed = len(hashes)

    answer = Visitor().log_in("alice")

    assert answer.status_code == 429 and TOO_MANY in as_page(answer).text
    assert len(hashes) == hashed, "the limit comes before the hash"
    assert not Enrollment.objects.exists()
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 301)
    assert Visitor().log_in("alice").status_code == 303


@pytest.mark.parametrize("written", ["Alice", "ALICE", " alice "])
def test_r25_spelling_the_name_otherwise_is_the_same_name(alice: User, written: str) -> None:
    _fail(5)
    assert _fail(1, written).status_code == 429


def test_r25_another_name_is_another_limit(alice: User, bob: User) -> None:
    _fail(6, "bob")
    assert Visitor().log_in("alice").status_code == 303


def test_r25_the_same_name_at_another_site_is_another_limit(alice: User, beta: Site) -> None:
    SitePrivilege.objects.create(site=beta, user=alice, privilege=Privilege.ENROLL_MOBILE_DEVICES)
    _fail(6)

    assert Visitor().log_in("alice").status_code == 429
    assert Visitor("beta.test").log_in("alice").status_code == 303


def test_r25_the_limit_is_one_for_portal_and_admin(alice: User) -> None:
    _fail(5)

    answer = Visitor().post("/accounts/login/", {"login": "alice", "password": people.PASSWORD})

    assert answer.status_code in (200, 429) and "__Host-gatehouse-session" not in answer.cookies


def test_r25_a_right_password_between_wrong_ones_wipes_nothing(alice: User) -> None:
    for _round in range(2):
        _fail(2)
        assert Visitor().log_in("alice").status_code == 303
    _fail(1)
    assert Visitor().log_in("alice").status_code == 429


def test_r25_one_address_may_fail_600_times_a_minute_and_no_more() -> None:
    rates = configured.ACCOUNT_RATE_LIMITS
    assert rates["login_failed"].split(",") == ["600/m/ip", "5/5m/key"]
    assert rates["login"] == "600/m/ip"


FORGED = ("x_forwarded_for", "x_real_ip", "forwarded", "cf_connecting_ip", "true_client_ip", "x_client_ip")


@pytest.mark.parametrize("header", FORGED)
def test_r25_a_forged_header_changes_no_address(alice: User, settings: Settings, header: str) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/m/ip,100/5m/key"}
    for number in range(3):
        assert _fail(1, f"name{number}", **{header: f"198.51.100.{number}"}).status_code == 200

    assert _fail(1, "name4", **{header: "198.51.100.4"}).status_code == 429


def test_r25_another_address_is_another_limit(alice: User, settings: Settings) -> None:
    """What the forged headers above would have to achieve."""
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/m/ip,100/5m/key"}
    for number in range(4):
        _fail(1, f"name{number}")
    elsewhere = Visitor()
    elsewhere.client.defaults["REMOTE_ADDR"] = "198.51.100.9"

    assert elsewhere.log_in("alice").status_code == 303


@pytest.mark.parametrize(("proxies", "counts"), [(0, 429), (1, 200)])
def test_r25_the_proxys_word_counts_only_for_as_many_as_are_trusted(
    alice: User, settings: Settings, proxies: int, counts: int
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "3/m/ip,100/5m/key"}
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    for number in range(3):
        _fail(1, f"name{number}", x_forwarded_for=f"198.51.100.{number}")
    assert _fail(1, "name4", x_forwarded_for="198.51.100.4").status_code == counts


ANOTHER_PROCESS = """
import django, sys
django.setup()
from tests.visitor import Visitor
answer = Visitor().log_in("alice", sys.argv[1] if len(sys.argv) > 1 else "correct horse battery")
print(answer.status_code)
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="the process below is told of the SQLite file")
def test_r25_the_limit_holds_in_another_process(alice: User) -> None:
    environment = {
        "GATEHOUSE_SECRET_KEY": "another-process",
        "GATEHOUSE_FIELD_KEY_FILE": str(configured.FIELD_KEY_FILE),
        "GATEHOUSE_HTTPS": "proxy",
        "DATABASE_URL": f"sqlite:///{connection.settings_dict['NAME']}",
        "DJANGO_SETTINGS_MODULE": "sites_config.settings",
        "PYTHONPATH": str(BASE),
    }
    assert run(ANOTHER_PROCESS, environment).stdout == "303\n", "there is nothing in its way"
    assert Enrollment.objects.count() == 1, "and it works on the same database"

    _fail(5)

    assert run(ANOTHER_PROCESS, environment).stdout == "429\n"


@pytest.fixture
def two_hashes_under_way() -> Iterator[None]:
    with staff.hashing_slot(), staff.hashing_slot():
        yield


@pytest.mark.parametrize("door", ["portal", "admin"])
def test_r25_a_third_password_at_once_is_asked_to_come_back(
    alice: User, two_hashes_under_way: None, hashes: list[str], door: str
) -> None:
    visitor = Visitor()
    visitor.get("/enroll/")
    if door == "portal":
        answer = visitor.post("/enroll/", {"username": "alice", "password": people.PASSWORD})
    else:
        answer = visitor.post("/accounts/login/", {"login": "alice", "password": people.PASSWORD})

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert hashes == [] and not Enrollment.objects.exists()
    if door == "portal":
        page = as_page(answer)
        assert page.h1 == "Many people are enrolling right now" and "nothing is lost" in page.text


def test_r25_being_turned_away_counts_as_no_attempt(alice: User) -> None:
    with staff.hashing_slot(), staff.hashing_slot():
        for _attempt in range(6):
            assert Visitor().log_in("alice").status_code == 503

    assert Visitor().log_in("alice").status_code == 303


def test_r25_two_at_once_and_all_the_slots_come_back(alice: User) -> None:
    for _attempt in range(4):
        _fail(1, "nobody")
    with staff.hashing_slot():
        assert Visitor().log_in("alice").status_code == 303
    with staff.hashing_slot(), staff.hashing_slot(), pytest.raises(staff.Busy), staff.hashing_slot():
        pass


def test_r25_a_password_of_129_characters_is_not_hashed(alice: User, hashes: list[str]) -> None:
    answer = Visitor().log_in("alice", "x" * 129)
    assert answer.status_code == 200
    assert hashes == []
