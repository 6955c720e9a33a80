"""One access code, and four people who enter it in the same moment."""

import itertools

import pytest

from tests.races.at_once import at_once, tap
from tests.servers.gunicorn import Gunicorn

ROUNDS, PHONES = 3, 4  # whoever comes too late counts as wrong: ten of one address are free
_turn = itertools.count()


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_exactly_one_of_four_gets_through(server: Gunicorn, _round: int) -> None:
    code = server.database.facts.codes[next(_turn) % len(server.database.facts.codes)]
    counted = "SELECT count(*) FROM enrollment_enrollment"
    held = "SELECT uses_held FROM enrollment_invitation WHERE name = 'Many'"
    before, held_before = server.database.value(counted), server.database.value(held)
    phones = [server.phone() for _ in range(PHONES)]
    for phone in phones:
        phone.open(server.url("/code/"))

    pages = at_once([lambda phone=phone: tap(phone.safari, {"code": code}) for phone in phones])  # type: ignore[misc]

    arrived = [page for page in pages if page.h1 != "Enter your code"]
    assert len(arrived) == 1 and arrived[0].status == 200
    assert server.database.value(counted) == before + 1
    assert server.database.value(held) == held_before + 1
