"""What a device says of itself, from Authenticate and from the answers to the inventory commands.

Everything here is a claim and optional. A value of a type that Apple does not document counts as not given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from enrollment.mdm.check_in import Authenticate
from enrollment.mdm.text import clean, clean_key

__all__ = ["DeviceDetails", "InstalledProfile", "clean", "family", "installed_profiles"]

_MOST_PROFILES = 200

_FAMILIES = (  # how ProductName (or a Mac's Model) begins
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("iPod", "iPod touch"),
    ("AppleTV", "Apple TV"),
    ("Watch", "Apple Watch"),
    ("RealityDevice", "Apple Vision Pro"),
    ("iMac", "Mac"),
    ("Mac", "Mac"),
    ("VirtualMac", "Mac"),
)


@dataclass(frozen=True, kw_only=True)
class DeviceDetails:
    """Apple's keys in Python's spelling; None is "not said". Capacities in GiB, battery level from 0 to 1."""

    device_name: str | None = None
    os_version: str | None = None
    build_version: str | None = None
    model: str | None = None
    model_name: str | None = None
    product_name: str | None = None
    serial_number: str | None = None
    imei: str | None = None
    meid: str | None = None
    wifi_mac: str | None = None
    is_supervised: bool | None = None
    device_capacity: float | None = None
    available_device_capacity: float | None = None
    battery_level: float | None = None
    passcode_present: bool | None = None
    passcode_compliant: bool | None = None

    @classmethod
    def from_authenticate(cls, message: Authenticate) -> "DeviceDetails":
        return cls(
            device_name=message.device_name or None,
            os_version=message.os_version or None,
            build_version=message.build_version or None,
            model=message.model or None,
            model_name=message.model_name or None,
            product_name=message.product_name or None,
            serial_number=message.serial_number or None,
            imei=message.imei or None,
            meid=message.meid or None,
        )

    @classmethod
    def from_device_information(cls, response: Mapping[str, object]) -> "DeviceDetails":
        """From the response of a DeviceInformation command, whose answers are in QueryResponses."""
        answers = _dictionary(response, "QueryResponses")
        return cls(
            device_name=_text(answers, "DeviceName"),
            os_version=_text(answers, "OSVersion"),
            build_version=_text(answers, "BuildVersion"),
            model=_text(answers, "Model"),
            model_name=_text(answers, "ModelName"),
            product_name=_text(answers, "ProductName"),
            serial_number=_text(answers, "SerialNumber"),
            imei=_text(answers, "IMEI"),
            meid=_text(answers, "MEID"),
            wifi_mac=_text(answers, "WiFiMAC"),
            is_supervised=_boolean(answers, "IsSupervised"),
            device_capacity=_number(answers, "DeviceCapacity"),
            available_device_capacity=_number(answers, "AvailableDeviceCapacity"),
            battery_level=_number(answers, "BatteryLevel"),
        )

    @classmethod
    def from_security_info(cls, response: Mapping[str, object]) -> "DeviceDetails":
        """From the response of a SecurityInfo command."""
        answers = _dictionary(response, "SecurityInfo")
        return cls(
            passcode_present=_boolean(answers, "PasscodePresent"),
            passcode_compliant=_boolean(answers, "PasscodeCompliant"),
        )

    def known(self) -> dict[str, object]:
        """Only what the device said, so that an answer overwrites nothing that it does not mention."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class InstalledProfile:
    """A configuration profile on the device; `is_managed` when MDM installed it."""

    identifier: str
    uuid: str
    display_name: str
    organization: str
    is_managed: bool


def installed_profiles(response: Mapping[str, object]) -> tuple[InstalledProfile, ...]:
    """From the response of a ProfileList command; at most 200 of them."""
    listed = response.get("ProfileList")
    if not isinstance(listed, list):
        return ()
    return tuple(_installed_profile(item) for item in listed[:_MOST_PROFILES] if isinstance(item, dict))


def family(product_name: str) -> str:
    """What people call such a device ("iPad" for "iPad8,1"); "" when the name says nothing."""
    return next((name for prefix, name in _FAMILIES if product_name.startswith(prefix)), "")


def _installed_profile(item: Mapping[str, object]) -> InstalledProfile:
    return InstalledProfile(
        identifier=_text(item, "PayloadIdentifier") or "",
        uuid=_text(item, "PayloadUUID") or "",
        display_name=_text(item, "PayloadDisplayName") or "",
        organization=_text(item, "PayloadOrganization") or "",
        is_managed=_boolean(item, "IsManaged") or False,
    )


def _dictionary(response: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = response.get(key)
    return value if isinstance(value, dict) else {}


def _text(answers: Mapping[str, object], key: str) -> str | None:
    value = answers.get(key)
    return clean_key(key, value) or None if isinstance(value, str) else None


def _boolean(answers: Mapping[str, object], key: str) -> bool | None:
    value = answers.get(key)
    return value if isinstance(value, bool) else None


def _number(answers: Mapping[str, object], key: str) -> float | None:
    """None for negative numbers too: a battery level of -1 means that the device does not know."""
    value = answers.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        return None
    return float(value)
