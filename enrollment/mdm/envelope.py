"""What every message of a device begins with, in check-ins and reports alike: who speaks."""

import re
from collections.abc import Mapping

from enrollment.mdm.plist import BadPlist

_UDID = re.compile(r"[0-9A-Za-z-]{1,64}")  # 40 hex digits, 00008101-…, or a UUID
_IDENTIFIER = re.compile(r"[\x21-\x7e]{1,255}")


def read_udid(message: Mapping[str, object]) -> str:
    """The device that claims to speak. Whether it may, its certificate says."""
    udid = message.get("UDID")
    if udid is None and "EnrollmentID" in message:
        raise BadPlist("EnrollmentID: account-driven enrollment is not served here")
    if not isinstance(udid, str) or not _UDID.fullmatch(udid):
        raise BadPlist("no usable UDID")
    return udid


def is_user_channel(message: Mapping[str, object]) -> bool:
    """Whether a user of a Mac or a Shared iPad speaks, rather than the device itself."""
    return "UserID" in message or "EnrollmentUserID" in message


def read_identifier(message: Mapping[str, object], key: str) -> str:
    """A value that must be there and is compared, never shown: 1 to 255 visible ASCII characters."""
    value = message.get(key)
    if not isinstance(value, str) or not _IDENTIFIER.fullmatch(value):
        raise BadPlist(f"no usable {key}")
    return value
