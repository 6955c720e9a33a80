"""R25: strangers guess few codes; whoever has one gets through from elsewhere, and soon from there too."""

import pytest
from django.contrib.sites.models import Site
from pytest_django.fixtures import Settings

from enrollment.models import AccessCode, Enrollment
from enrollment.signin.code_limits import FREE, LONGEST_WAIT
from tests.desk.test_code import enter, make, refused
from tests.moved_clock import Clock
from tests.visitor import Visitor, as_page

pytestmark = pytest.mark.django_db


def somebody(address: str = "198.51.100.7") -> Visitor:
    visitor = Visitor()
    visitor.client.defaults["REMOTE_ADDR"] = address
    visitor.get("/code/")
    return visitor


def guess(visitor: Visitor, times: int) -> list[int]:
    codes = (f"{'23456789ABCDEFGH'[n // 16 % 16]}{'23456789ABCDEFGH'[n % 16]}ABCDEF" for n in range(times))
    return [visitor.post("/code/", {"code": code}).status_code for code in codes]


def test_ten_thousand_wrong_codes_are_a_handful_that_is_looked_at(
    alpha: Site, clock: Clock, settings: Settings
) -> None:
    """As many as it takes in the waits: one is looked at each minute after the first. The rest costs one query."""
    settings.ACCOUNT_RATE_LIMITS = {}  # its minutes are real ones
    stranger = somebody()
    looked_at = 0
    for number in range(10_000 // 20):
        looked_at += guess(stranger, 1).count(200)
        clock.forward(seconds=12)
        assert looked_at <= FREE + 5 + number // 5, "at most one a minute once the waits have grown"

    assert looked_at >= FREE, "the first ones are simply wrong"
    clock.forward(seconds=LONGEST_WAIT)
    assert enter(stranger, make(alpha)).status_code == 303, "no lock for ever"


def test_whoever_comes_from_another_network_is_not_held_up(alpha: Site, clock: Clock) -> None:
    code = make(alpha)
    stranger = somebody()
    guess(stranger, 100)
    assert enter(stranger, code).status_code == 429 and AccessCode.objects.get().used_at is None

    assert enter(somebody("203.0.113.9"), code).status_code == 303


def test_the_page_says_how_long_to_wait_and_the_wait_grows(alpha: Site, clock: Clock) -> None:
    stranger = somebody()
    guess(stranger, FREE)
    waits = []
    for _round in range(6):
        answer = stranger.post("/code/", {"code": "ABCDEFGH"})
        assert answer.status_code == 429
        seconds = int(answer.headers["Retry-After"])
        assert f"Too many wrong codes: wait {seconds} seconds" in as_page(answer).text
        waits.append(seconds)
        clock.forward(seconds=seconds)
        assert refused(stranger.post("/code/", {"code": "ABCDEFGH"}))

    assert waits == [5, 10, 20, 40, 60, 60]


def test_the_operator_reads_of_it_once(alpha: Site, caplog: pytest.LogCaptureFixture) -> None:
    guess(somebody(), FREE + 5)

    told = [record.getMessage() for record in caplog.records if record.name == "gatehouse.codes"]
    assert told == [f"one address entered {FREE} wrong access codes at site {alpha.pk}"]


def test_right_codes_count_for_nothing(alpha: Site) -> None:
    """Three hundred pupils behind one address."""
    answers = [enter(somebody(), make(alpha)).status_code for _pupil in range(60)]

    assert set(answers) == {303} and Enrollment.objects.count() == 60


def test_an_ipv6_network_is_one_client(alpha: Site, clock: Clock) -> None:
    for number in range(FREE):
        guess(somebody(f"2001:db8:1:2::{number:x}"), 1)

    assert guess(somebody("2001:db8:1:2:ffff::1"), 1) == [429]
    assert guess(somebody("2001:db8:1:3::1"), 1) == [200]


@pytest.mark.parametrize("name", ["access_code", "access_code_anywhere"])
def test_many_addresses_together_have_a_limit_too(alpha: Site, settings: Settings, name: str) -> None:
    settings.ACCOUNT_RATE_LIMITS = {name: "3/m/key"}
    for number in range(3):
        assert guess(somebody(f"198.51.100.{number}"), 1) == [200]

    assert guess(somebody("198.51.100.99"), 1) == [429]


def test_a_forged_header_is_no_other_network(alpha: Site, clock: Clock) -> None:
    stranger = somebody()
    guess(stranger, FREE)

    answer = stranger.post("/code/", {"code": "ABCDEFGH"}, x_forwarded_for="203.0.113.9")

    assert answer.status_code == 429
