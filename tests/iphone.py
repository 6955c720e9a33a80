"""A simulated iPhone or iPad that enrolls: `IPhone` for tests, `python -m tests.iphone [URL]` for people.

With a URL it opens the portal or invitation in Safari and answers every page. Without one it plays the device
for the newest enrollment that waits at "Install in Settings" (asks `manage.py waiting_profile`).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.phone.answers import Answers
from tests.phone.errors import PhoneError
from tests.phone.hardware import MODELS, Hardware
from tests.phone.journey import Journey
from tests.phone.management import Management, new_key
from tests.phone.mdm import APPLE_MDM, MdmStyle
from tests.phone.network import Network, to_der
from tests.phone.page import Page
from tests.phone.profile import Profile
from tests.phone.safari import Safari
from tests.phone.scep import APPLE_SCEP, ScepStyle
from tests.phone.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("GATEHOUSE_VAR") or ROOT / "var")  # what the demonstration keeps
DEMO_STAFF = VAR / "demo-staff"  # "USER PASSWORD"
DEMO_ROOT = VAR / "demo-root.pem"  # of the TLS that `make run HOST=…` serves


def utc_now() -> datetime:
    return datetime.now(UTC)


def say_nothing(line: str) -> None:
    """The printer of a phone that nobody listens to."""


@dataclass(frozen=True)
class Enrollment:
    """What came of it. `page`: where Safari ended, None without Safari. `commands`: RequestType and
    Status."""

    profile: Profile
    certificate: bytes
    commands: tuple[tuple[str, str], ...]
    page: Page | None = None


class IPhone:
    """`roots`: PEM or DER, trusted for TLS and for profiles. `addresses`: host to IP address, as DNS.
    `hosts`: further host names a journey may visit. `printer` gets one line per step."""

    def __init__(
        self,
        *,
        family: str = "iPhone",
        udid: str = "",
        serial: str = "",
        languages: Sequence[str] = ("en",),
        roots: Sequence[bytes] = (),
        addresses: Mapping[str, str] | None = None,
        hosts: Sequence[str] = (),
        clock: Callable[[], datetime] = utc_now,
        printer: Callable[[str], None] = say_nothing,
        scep: ScepStyle = APPLE_SCEP,
        mdm: MdmStyle = APPLE_MDM,
        installer_fetches: bool = True,
        key_maker: Callable[[int], RSAPrivateKey] = new_key,
    ) -> None:
        self.say = printer
        self.hardware = Hardware(family, udid, serial)
        self.network = Network(tuple(roots), addresses or {})
        self.safari = Safari(self.network, family=family, languages=languages, clock=clock, hosts=hosts)
        self.settings = Settings(self.network, roots=[to_der(root) for root in roots], clock=clock)
        self.journey = Journey(self.safari, self.settings, printer, installer_fetches)
        self.management = Management(
            self.hardware, self.settings, self.network, clock, printer, scep, mdm, key_maker
        )
        self.answer_page = self.journey.answer_page
        self.download = self.journey.download
        self.return_to_safari = self.journey.return_to_safari
        self.install = self.management.install
        self.obtain_certificate = self.management.obtain_certificate
        self.authenticate = self.management.authenticate
        self.token_update = self.management.token_update
        self.idle_until_done = self.management.idle_until_done
        self.check_out = self.management.check_out

    def open(self, url: str) -> Page:
        page = self.safari.open(url)
        self.say(f"Safari: open {page.h1!r}")
        return page

    def enroll(self, url: str, answers: Answers | None = None) -> Enrollment:
        """Everything from the address to the page that says complete. `answers`: "username" and "password",
        and a value for any other field by its name."""
        self.open(url)
        self.journey.to_management_profile(answers or {})
        self.management.run()
        return self._enrollment(self.return_to_safari())

    def install_from(self, profile_url: str) -> Enrollment:
        """Settings alone: fetch the profile and install it; Safari is somebody else's."""
        return self._installed(self.settings.receive(self.settings.fetch(profile_url)))

    def install_given(self, profile: bytes) -> Enrollment:
        """The same for a profile that is here already."""
        return self._installed(self.settings.receive_bytes(profile))

    def _installed(self, profile: Profile) -> Enrollment:
        self.say(f"Settings: profile downloaded: {profile.name!r}")
        self.management.run()
        return self._enrollment(None)

    def _enrollment(self, page: Page | None) -> Enrollment:
        management = self.management
        assert management.profile is not None and management.identity is not None
        certificate = management.identity.certificate
        return Enrollment(management.profile, certificate, tuple(management.answered), page)


def waiting_profile() -> bytes:
    """The profile that the newest waiting enrollment of the demonstration has, as its server signed it."""
    command = [sys.executable, str(ROOT / "manage.py"), "waiting_profile"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if result.returncode or not result.stdout:
        said = result.stderr.decode(errors="replace").strip().splitlines()
        cause = said[-1] if said else "no enrollment waits at Install in Settings"
        raise PhoneError("waiting_profile", cause)
    return result.stdout


def demo_answers(user: str | None, password: str | None) -> dict[str, str]:
    """What to log in with: the given, else the demonstration's own staff account."""
    if user and password:
        return {"username": user, "password": password}
    if not DEMO_STAFF.is_file():
        return {}
    username, secret = DEMO_STAFF.read_text().split(maxsplit=1)
    return {"username": username, "password": secret.strip()}


def name_and_value(given: str) -> tuple[str, str]:
    name, separator, value = given.partition("=")
    if not (name and separator):
        raise argparse.ArgumentTypeError(f"must be NAME=VALUE, not {given!r}")
    return name, value


def trusted_roots(given: Sequence[Path]) -> list[bytes]:
    """The given ones, and the demonstration's when it has one."""
    return [path.read_bytes() for path in (*given, *([DEMO_ROOT] if DEMO_ROOT.is_file() else []))]


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.iphone", description=__doc__.splitlines()[0])
    parser.add_argument("url", nargs="?", help="portal or invitation; without it, the profile that waits")
    parser.add_argument("--family", choices=sorted(MODELS), default="iPhone")
    parser.add_argument("--user", help="user name for the log-in page")
    parser.add_argument("--password", help="password for the log-in page")
    parser.add_argument(
        "--answer",
        type=name_and_value,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="for the field of that name on any page; may be repeated",
    )
    parser.add_argument("--language", action="append", help="may be repeated; the first is preferred")
    parser.add_argument(
        "--root", type=Path, action="append", default=[], help="trusted root certificate (PEM)"
    )
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> int:
    """0: enrolled. 1: it did not work, the reason stands on standard error."""
    options = arguments(given)
    try:
        phone = IPhone(
            family=options.family,
            languages=options.language or ("en",),
            roots=trusted_roots(options.root),
            printer=lambda line: print(line, flush=True),
        )
        # The demonstration's root, trusted unasked, takes nothing from what the system trusts.
        phone.network.system_roots = not options.root
        if options.url:
            phone.enroll(options.url, demo_answers(options.user, options.password) | dict(options.answer))
        else:
            phone.install_given(waiting_profile())
    except (PhoneError, OSError) as error:
        print(f"not enrolled: {error}", file=sys.stderr)
        return 1
    print(f"enrolled: {phone.hardware.family} {phone.hardware.serial}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
