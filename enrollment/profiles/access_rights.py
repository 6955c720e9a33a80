"""What an organization may do over MDM: the AccessRights of com.apple.mdm, and what no right reaches.

Bits: Apple's device management schema, mdm/profiles/com.apple.mdm.yaml, key AccessRights.
"""

from dataclasses import dataclass
from enum import StrEnum


class BadAccessRights(ValueError):
    """A sum of bits that iOS would refuse or misread."""


@dataclass(frozen=True)
class AccessRight:
    """One bit, the slug by which a page finds words for it, and the bit without which Apple forbids it."""

    bit: int
    slug: str
    needs: int = 0


INSPECT_PROFILES = AccessRight(1, "inspect-profiles")
INSTALL_PROFILES = AccessRight(2, "install-profiles", needs=1)
LOCK = AccessRight(4, "lock")  # lock the screen and remove the passcode
ERASE = AccessRight(8, "erase")
DEVICE_INFORMATION = AccessRight(16, "device-information")  # name, model, serial number, capacity
NETWORK_INFORMATION = AccessRight(32, "network-information")  # telephone and SIM numbers, MAC addresses
INSPECT_PROVISIONING = AccessRight(64, "inspect-provisioning")
INSTALL_PROVISIONING = AccessRight(128, "install-provisioning", needs=64)
INSPECT_APPS = AccessRight(256, "inspect-apps")  # which are installed, not what is in them
RESTRICTIONS = AccessRight(512, "restrictions")  # queries about them
SECURITY = AccessRight(1024, "security")  # queries, e.g. whether there is a passcode
SETTINGS = AccessRight(2048, "settings")
MANAGE_APPS = AccessRight(4096, "manage-apps")

CATALOGUE: tuple[AccessRight, ...] = (
    INSPECT_PROFILES,
    INSTALL_PROFILES,
    LOCK,
    ERASE,
    DEVICE_INFORMATION,
    NETWORK_INFORMATION,
    INSPECT_PROVISIONING,
    INSTALL_PROVISIONING,
    INSPECT_APPS,
    RESTRICTIONS,
    SECURITY,
    SETTINGS,
    MANAGE_APPS,
)
ALL = sum(right.bit for right in CATALOGUE)


class OutOfReach(StrEnum):
    """What MDM offers no organization on iPhone and iPad, whatever the rights; the value is the slug.

    Location has one exception: on a *supervised* device an administrator can turn on Managed Lost Mode, and
    only while it is on ask where the device is. Installing the profile from Safari does not supervise a
    device, but it may have been supervised before.
    """

    READ_MESSAGES = "read-messages"
    READ_MAIL = "read-mail"
    SEE_PHOTOS = "see-photos"
    SEE_BROWSING = "see-browsing"
    SEE_LOCATION_UNLESS_LOST = "see-location-unless-lost"
    HEAR_CALLS = "hear-calls"


def explain(rights: int) -> tuple[tuple[AccessRight, ...], tuple[AccessRight, ...]]:
    """(can, cannot): every right of the catalogue, in Apple's order, on one side or the other."""
    check(rights)
    can = tuple(right for right in CATALOGUE if rights & right.bit)
    cannot = tuple(right for right in CATALOGUE if not rights & right.bit)
    return can, cannot


def check(rights: int) -> None:
    """Raise BadAccessRights unless Apple allows this sum: never 0, 2 only with 1, 128 only with 64."""
    if not 0 < rights <= ALL:
        raise BadAccessRights(f"access rights must be from 1 to {ALL}")
    for right in CATALOGUE:
        if rights & right.bit and rights & right.needs != right.needs:
            raise BadAccessRights(f"access right {right.bit} needs {right.needs}")
