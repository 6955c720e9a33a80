"""iOS Settings: one profile waits, is reviewed, and is installed or refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from tests.phone.errors import PhoneError
from tests.phone.network import Network, Request, Response
from tests.phone.profile import Payload, Profile, read_profile
from tests.phone.safari import PROFILE

WAITS = timedelta(minutes=8)
FROZEN = (
    "ServerURL",
    "CheckInURL",
    "Topic",
    "EnrollmentMode",
    "AssignedManagedAppleID",
    "RequiredAppIDForMDM",
)
INSTALLER = {"User-Agent": "profiled/1.0 CFNetwork/1568.300.101 Darwin/24.2.0", "Accept": "*/*"}


class Settings:
    """`roots`: DER certificates that make a profile "Verified". `installed` by PayloadIdentifier."""

    def __init__(self, network: Network, *, roots: Sequence[bytes], clock: Callable[[], datetime]) -> None:
        self.network = network
        self.installed: dict[str, Profile] = {}
        self.certificates: list[bytes] = []  # of installed certificate payloads, in the order they came
        self._roots = tuple(roots)
        self._clock = clock
        self._waiting: tuple[Profile, datetime] | None = None

    def fetch(self, url: str) -> Response:
        """The installer fetches the profile itself; Safari's cookies do not reach it."""
        response = self.network.send(Request("Settings", "GET", url, INSTALLER))
        if response.status != 200:
            raise PhoneError("Settings", f"HTTP {response.status} instead of the profile")
        return response

    def receive(self, response: Response) -> Profile:
        """Check a download and let it wait, in the place of one that waited before."""
        if response.header("Content-Type") != PROFILE:
            raise PhoneError("Settings", f"Content-Type {response.header('Content-Type')!r} is no profile")
        return self.receive_bytes(response.body)

    def receive_bytes(self, data: bytes) -> Profile:
        """A profile that came some other way than by a download, such as from a Mac."""
        profile = self.read(data)
        self._waiting = (profile, self._clock())
        return profile

    def read(self, data: bytes) -> Profile:
        return read_profile(data, roots=(*self._roots, *self.certificates), now=self._clock())

    @property
    def waiting(self) -> Profile | None:
        """The row "Profile Downloaded": there for eight minutes."""
        if self._waiting and self._clock() - self._waiting[1] >= WAITS:
            self._waiting = None
        return self._waiting[0] if self._waiting else None

    @property
    def managing(self) -> Profile | None:
        """The profile that enrolled this phone."""
        return next((profile for profile in self.installed.values() if profile.mdm), None)

    def install(self) -> Profile:
        """Tap Install. A profile without MDM payload is installed; one with it waits for `finish` or
        `cancel`, its certificates already in place."""
        profile = self.waiting
        if profile is None:
            raise PhoneError("Settings", "no profile is waiting")
        if profile.mdm is not None:
            self._check_management(profile, profile.mdm)
        self._waiting = None
        self.certificates += [one for one in profile.certificates if one not in self.certificates]
        if profile.mdm is None:
            self.installed[profile.identifier] = profile
        return profile

    def finish(self, profile: Profile) -> None:
        self.installed[profile.identifier] = profile

    def cancel(self, profile: Profile) -> None:
        """The installation failed: nothing of the profile stays."""
        kept = [one for other in self.installed.values() for one in other.certificates]
        self.certificates = [one for one in self.certificates if one in kept]

    def remove(self, identifier: str) -> Profile:
        profile = self.installed.pop(identifier)
        self.cancel(profile)
        return profile

    def _check_management(self, profile: Profile, mdm: Payload) -> None:
        current = self.managing
        if current is None or current.mdm is None:
            return
        if current.identifier != profile.identifier:
            raise PhoneError("Settings", f"this device is already managed by {current.name!r}")
        changed = [key for key in FROZEN if mdm.get(key) != current.mdm.get(key)]
        if changed:
            raise PhoneError("Settings", f"an update may not change {', '.join(changed)}")
        if mdm["AccessRights"] & ~current.mdm["AccessRights"]:
            raise PhoneError("Settings", "an update may not add access rights")
