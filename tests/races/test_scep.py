"""Requests for a certificate that come in the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.device.keys import pooled_key
from tests.iphone import IPhone
from tests.phone.errors import PhoneError
from tests.phone.scep import PkiMessage, ScepClient
from tests.phone.scep_reply import ScepFailure
from tests.races.at_once import at_once, tap
from tests.servers.gunicorn import Gunicorn
from tests.servers.scep import scep_of

ROUNDS, AT_ONCE = 3, 6


@pytest.fixture
def installing(server: Gunicorn) -> IPhone:
    """The profile is being installed; SCEP comes next."""
    phone = server.phone()
    phone.open(server.url(f"/i/{server.database.facts.many}"))
    phone.journey.to_management_profile({})
    phone.install()
    return phone


def answer_of(client: ScepClient, message: PkiMessage) -> bytes:
    """The certificate, b"" where the authority refused."""
    try:
        return client.send(message)
    except ScepFailure:
        return b""


def certificates(server: Gunicorn, phone: IPhone) -> list[tuple[bool, bool]]:
    """(signed, revoked) of every certificate row of the phone's enrollment."""
    return server.database.rows(
        "SELECT c.der IS NOT NULL, c.revoked_at IS NOT NULL FROM enrollment_certificate c"
        " JOIN enrollment_enrollment e ON e.id = c.enrollment_id WHERE e.public_id = ?",
        phone.safari.here.path.split("/")[2],
    )


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_identical_requests_get_one_certificate(server: Gunicorn, installing: IPhone, _round: int) -> None:
    client = scep_of(installing)
    message = client.message(pooled_key(0))
    answers = at_once([lambda: client.send(message)] * AT_ONCE)
    assert len(set(answers)) == 1
    assert certificates(server, installing) == [(True, False)]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_keys_for_one_challenge_one_gets_a_certificate_at_most(
    server: Gunicorn, installing: IPhone, _round: int
) -> None:
    """One of two devices holds a profile that leaked, so in the end neither is enrolled."""
    client = scep_of(installing)
    messages = [client.message(pooled_key(number)) for number in (0, 1)] * 2
    calls = [lambda message=message: answer_of(client, message) for message in messages]
    answers = set(at_once(calls)) - {b""}
    assert len(answers) <= 1
    assert [revoked for _signed, revoked in certificates(server, installing)] == [True]
    assert installing.journey.status() == "failed"


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_download_again_while_the_device_asks_for_its_certificate(
    server: Gunicorn, installing: IPhone, _round: int
) -> None:
    """Whoever is first, the person can go on with what the page then shows."""
    client = scep_of(installing)
    message = client.message(pooled_key(0))
    server.database.change("UPDATE enrollment_issuedprofile SET issued_at = '2020-01-01 00:00:00+00:00'")
    with ThreadPoolExecutor(2) as threads:
        asked = threads.submit(answer_of, client, message)
        pressed = threads.submit(tap, installing.safari, {})
        der, page = asked.result(), pressed.result()
    assert page.status == 200
    rows = certificates(server, installing)
    assert sum(not revoked for _signed, revoked in rows) <= 1
    if installing.journey.status() == "certificate-issued":
        assert der
        assert client.send(message) == der
    else:
        assert all(revoked for _signed, revoked in rows)
    go_on(installing)


def go_on(phone: IPhone) -> None:
    """Download again, whatever became of the first profile, and through to the end."""
    phone.safari.reload()
    phone.download()
    phone.management.run()
    assert phone.return_to_safari().h1 == "Enrollment complete"


def test_a_signed_answer_never_turns_into_an_error(server: Gunicorn, installing: IPhone) -> None:
    client = scep_of(installing)
    garbage = [
        PkiMessage(bytes([number]) * 500, client.message(pooled_key(0)).expected) for number in range(4)
    ]

    def send(message: PkiMessage) -> str:
        with pytest.raises(PhoneError, match="HTTP 400"):
            client.send(message)
        return "refused"

    good = client.message(pooled_key(0))
    calls = [*(lambda each=each: send(each) for each in garbage), lambda: str(bool(client.send(good)))]
    assert at_once(calls) == ["refused"] * 4 + ["True"]
