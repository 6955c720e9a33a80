"""Enrollments that claim one UDID in the same moment: one device row, one that is enrolled."""

import secrets

import pytest

from tests.iphone import IPhone
from tests.phone.errors import PhoneError
from tests.races.at_once import at_once, tap
from tests.servers.gunicorn import Gunicorn

ROUNDS = 3


def certified(server: Gunicorn, udid: str) -> IPhone:
    """Installing, with its certificate; Authenticate comes next."""
    phone = server.phone(udid=udid)
    phone.open(server.url(f"/i/{server.database.facts.many}"))
    phone.journey.to_management_profile({})
    phone.install()
    phone.obtain_certificate()
    return phone


def statuses(server: Gunicorn, udid: str) -> list[str]:
    """Of the enrollments that claimed the UDID, sorted; the last one is the device's own."""
    claimed = server.database.rows(
        "SELECT e.status FROM enrollment_enrollment e JOIN enrollment_device d ON d.id = e.device_id"
        " WHERE d.udid = ? ORDER BY e.status",
        udid,
    )
    own = server.database.rows(
        "SELECT e.status FROM enrollment_enrollment e JOIN enrollment_device d ON d.enrollment_id = e.id"
        " WHERE d.udid = ?",
        udid,
    )
    return [status for (status,) in (*claimed, *own)]


@pytest.mark.parametrize("_round", range(ROUNDS))
@pytest.mark.parametrize("already", [False, True], ids=["new", "known"])
def test_two_new_enrollments_of_one_udid(server: Gunicorn, already: bool, _round: int) -> None:
    udid = f"00008101-{secrets.token_hex(8).upper()}"
    earlier = [certified(server, udid)] if already else []
    for phone in earlier:
        phone.authenticate()
        phone.token_update()
    phones = [certified(server, udid) for _ in range(2)]

    at_once([phone.authenticate for phone in phones])
    at_once([phone.token_update for phone in phones])
    at_once([phone.idle_until_done for phone in phones])

    superseded = ["superseded"] * (1 + len(earlier))
    assert statuses(server, udid) == ["enrolled", *superseded, "enrolled"]
    assert server.database.value("SELECT count(*) FROM enrollment_device WHERE udid = ?", udid) == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_authenticate_while_the_person_taps_download_again(server: Gunicorn, _round: int) -> None:
    """Either the device checked in with a good certificate, or a new profile waits and the certificate is revoked."""
    phone = certified(server, f"00008101-{secrets.token_hex(8).upper()}")
    phone.safari.reload()
    client = phone.management.mdm

    def authenticate() -> int:
        try:
            return client.authenticate().status
        except PhoneError:
            return 400

    at_once([authenticate, lambda: tap(phone.safari, {}).status])

    good = server.database.value(
        "SELECT count(*) FROM enrollment_certificate c JOIN enrollment_enrollment e ON e.id = c.enrollment_id"
        " WHERE c.revoked_at IS NULL AND e.public_id = ?",
        phone.safari.here.path.split("/")[2],
    )
    expected = {"authenticated": 1, "profile-issued": 0}
    assert good == expected[phone.journey.status()]


def test_the_same_message_many_times_at_once_is_one(server: Gunicorn) -> None:
    phone = certified(server, f"00008101-{secrets.token_hex(8).upper()}")
    for message in (phone.authenticate, phone.token_update, phone.check_out):
        before = moves(server)
        client = phone.management.mdm
        send = {"authenticate": client.authenticate, "token_update": client.token_update}
        at_once([send.get(message.__name__, client.check_out)] * 5)
        assert moves(server) == before + 1


def moves(server: Gunicorn) -> int:
    return int(server.database.value("SELECT count(*) FROM enrollment_event WHERE kind = 'moved'"))


def test_many_idles_at_once_queue_the_inventory_once(server: Gunicorn) -> None:
    phone = certified(server, f"00008101-{secrets.token_hex(8).upper()}")
    phone.authenticate()
    phone.token_update()
    client, before = phone.management.mdm, commands(server)
    first = at_once([lambda: client.report({"Status": "Idle"})] * 5)
    assert commands(server) == before + 3
    assert len({command["CommandUUID"] for command in first if command}) == 1
    assert phone.idle_until_done() == ["DeviceInformation", "SecurityInfo", "ProfileList"]


def commands(server: Gunicorn) -> int:
    return int(server.database.value("SELECT count(*) FROM enrollment_command"))
