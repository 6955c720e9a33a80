"""R15: the process that issues a certificate is killed after each commit and inside each transaction; then the device
asks again, as iOS does, and gets the one certificate there is."""

from pathlib import Path

import pytest

from tests.crash.die import POINTS
from tests.device.keys import pooled_key
from tests.phone.scep import PkiMessage
from tests.phone.scep_reply import ScepFailure
from tests.servers.databases import run
from tests.servers.gunicorn import Gunicorn
from tests.servers.scep import scep_of

SIGKILL = 9
# What is left of the certificate when the process died there: (rows, signed ones).
LEFT = {
    "before-the-reservation": (0, 0),
    "inside-the-reservation": (0, 0),
    "after-the-reservation": (1, 0),
    "after-the-signature": (1, 0),
    "inside-the-issue": (1, 0),
    "after-the-issue": (1, 1),
}


class Asking:
    """A phone that installs a profile, and the request it is about to send."""

    def __init__(self, server: Gunicorn) -> None:
        self.server, self.phone = server, server.phone()
        self.phone.open(server.url(f"/i/{server.database.facts.many}"))
        self.phone.journey.to_management_profile({})
        self.phone.install()
        self.client = scep_of(self.phone)
        self.message: PkiMessage = self.client.message(pooled_key(0))

    @property
    def path(self) -> str:
        return "/" + str(self.client.content["URL"]).split("/", 3)[3] + "?operation=PKIOperation"

    def rows(self) -> tuple[int, int]:
        """(rows, signed ones) of the enrollment's certificates."""
        (found,) = self.server.database.rows(
            "SELECT count(*), count(der) FROM enrollment_certificate c"
            " JOIN enrollment_enrollment e ON e.id = c.enrollment_id"
            " WHERE c.revoked_at IS NULL AND e.public_id = ?",
            self.phone.safari.here.path.split("/")[2],
        )
        return int(found[0]), int(found[1])


@pytest.fixture(scope="module")
def killed(server: Gunicorn, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Asking]:
    """By point: a phone whose request was being answered when the process was killed there."""
    folder: Path = tmp_path_factory.mktemp("killed")
    asking = {point: Asking(server) for point in POINTS}
    for point, each in asking.items():
        (folder / f"{point}.der").write_bytes(each.message.data)
        (folder / f"{point}.path").write_text(each.path)
    done = run(server.database.url, "-m", "tests.crash.die", str(folder))
    assert done.returncode == 0, done.stderr
    assert dict(line.split() for line in done.stdout.splitlines()) == dict.fromkeys(POINTS, str(SIGKILL))
    return asking


@pytest.mark.parametrize("point", POINTS)
def test_r15_killed_and_asked_again_there_is_one_certificate(killed: dict[str, Asking], point: str) -> None:
    asking = killed[point]
    assert asking.rows() == LEFT[point]
    first = asking.client.send(asking.message)
    assert asking.client.send(asking.message) == first
    assert asking.rows() == (1, 1)
    goes_on(asking)


def goes_on(asking: Asking) -> None:
    """With the same key, through to the end."""
    asking.phone.obtain_certificate(pooled_key(0))
    asking.phone.authenticate()
    asking.phone.token_update()
    asking.phone.idle_until_done()
    assert asking.phone.return_to_safari().h1 == "Enrollment complete"


def test_r15_what_was_reserved_before_the_kill_is_good_for_no_other_key(
    server: Gunicorn, tmp_path: Path
) -> None:
    asking = Asking(server)
    (tmp_path / "after-the-reservation.der").write_bytes(asking.message.data)
    (tmp_path / "after-the-reservation.path").write_text(asking.path)
    assert run(server.database.url, "-m", "tests.crash.die", str(tmp_path)).stdout.split()[1] == str(SIGKILL)
    with pytest.raises(ScepFailure):
        asking.client.send(asking.client.message(pooled_key(1)))
    assert asking.phone.journey.status() == "failed"
    assert asking.rows() == (0, 0)  # revoked
