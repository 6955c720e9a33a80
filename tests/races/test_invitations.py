"""One invitation for one device, and eight people who tap Start in the same moment."""

import itertools

import pytest

from tests.iphone import IPhone
from tests.phone.page import Page
from tests.races.at_once import at_once, tap
from tests.servers.gunicorn import Gunicorn

ROUNDS, PHONES = 3, 8
_turn = itertools.count()


@pytest.fixture
def single(server: Gunicorn) -> str:
    """Address of an invitation for one device, another for every story."""
    return server.url(f"/i/{server.database.facts.single[next(_turn) % len(server.database.facts.single)]}")


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_exactly_one_of_eight_gets_through(server: Gunicorn, single: str, _round: int) -> None:
    phones = [server.phone() for _ in range(PHONES)]
    for phone in phones:
        phone.open(single)

    pages = at_once([lambda phone=phone: tap(phone.safari, {}) for phone in phones])  # type: ignore[misc]

    (winner,) = [phone for phone, page in zip(phones, pages, strict=True) if page.status == 200]
    others = [page for page in pages if page.status != 200]
    assert {(page.status, page.h1) for page in others} == {(409, "This invitation was started elsewhere")}
    finish(winner)
    late = read_again(phones, winner, single)
    assert {(page.status, page.h1) for page in late} == {(410, "This invitation was already used")}


def finish(phone: IPhone) -> None:
    phone.journey.to_management_profile({})
    phone.management.run()
    assert phone.return_to_safari().h1 == "Enrollment complete"


def read_again(phones: list[IPhone], winner: IPhone, address: str) -> list[Page]:
    return [phone.open(address) for phone in phones if phone is not winner]


def test_nothing_half_made_is_left_behind(server: Gunicorn, single: str) -> None:
    before = server.database.value("SELECT count(*) FROM enrollment_enrollment")
    phones = [server.phone() for _ in range(PHONES)]
    for phone in phones:
        phone.open(single)
    at_once([lambda phone=phone: tap(phone.safari, {}) for phone in phones])  # type: ignore[misc]
    assert server.database.value("SELECT count(*) FROM enrollment_enrollment") == before + 1
    overspent = "SELECT count(*) FROM enrollment_invitation WHERE uses_held + uses_spent > max_uses"
    assert server.database.value(overspent) == 0
