"""One device for each person, and five devices of one person that check in at the same moment."""

import secrets
import time
from collections.abc import Iterator

import pytest

from tests.iphone import IPhone
from tests.phone.errors import PhoneError
from tests.races.at_once import at_once
from tests.servers.gunicorn import Gunicorn

ROUNDS, PHONES = 3, 5


def configure(server: Gunicorn, number: int | None) -> None:
    server.database.change("UPDATE sites_config_siteconfiguration SET devices_per_person = ?", number)
    version = "UPDATE sites_config_configurationversion SET number = ? WHERE id = 1"
    server.database.change(version, secrets.randbits(62))
    time.sleep(1.1)  # both processes look for a new version once a second


@pytest.fixture
def limited(server: Gunicorn) -> Iterator[Gunicorn]:
    configure(server, 1)
    yield server
    configure(server, None)


def certified(server: Gunicorn, user_name: str) -> IPhone:
    phone = server.phone()
    phone.open(server.url(f"/i/{server.database.facts.many}"))
    phone.journey.to_management_profile({})
    phone.install()
    phone.obtain_certificate()
    named = "UPDATE enrollment_enrollment SET assigned_user_name = ? WHERE public_id = ?"
    server.database.change(named, user_name, phone.safari.here.path.split("/")[2])
    return phone


def is_let(phone: IPhone) -> bool:
    try:
        return phone.management.mdm.authenticate().status == 200
    except PhoneError:
        return False


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_exactly_one_of_five_gets_in(limited: Gunicorn, _round: int) -> None:
    user_name = f"kim-{secrets.token_hex(4)}"
    phones = [certified(limited, user_name) for _ in range(PHONES)]

    let = at_once([lambda phone=phone: is_let(phone) for phone in phones])  # type: ignore[misc]

    reasons = limited.database.rows(
        "SELECT failure_reason FROM enrollment_enrollment WHERE assigned_user_name = ?", user_name
    )
    assert sum(let) == 1
    assert sorted(reason for (reason,) in reasons) == ["", *["too-many-devices"] * (PHONES - 1)]
