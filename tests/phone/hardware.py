"""The device itself: model, numbers, and what it tells about itself."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

Details = dict[str, Any]


@dataclass(frozen=True)
class Model:
    product: str  # ProductName
    number: str  # Model
    name: str  # ModelName
    chip: str  # begins the UDID
    os_version: str
    build: str
    cellular: bool


MODELS = {
    "iPhone": Model("iPhone15,2", "MQ0G3", "iPhone", "00008120", "18.6", "22G86", cellular=True),
    "iPad": Model("iPad13,4", "MHQR3", "iPad", "00008103", "18.6", "22G86", cellular=False),
}
SERIAL_ALPHABET = "0123456789CDFGHJKLMNPQRTVWXY"


def _digits(count: int) -> str:
    return "".join(secrets.choice("0123456789") for _ in range(count))


def _mac() -> str:
    return ":".join(f"{octet:02x}" for octet in secrets.token_bytes(6))


@dataclass
class Hardware:
    """`udid`: 25 characters as modern devices have. `passcode` present or not; `locked` answers NotNow."""

    family: str = "iPhone"
    udid: str = ""
    serial: str = ""
    name: str = ""
    passcode: bool = True
    locked: bool = False
    imei: str = field(default_factory=lambda: f"35{_digits(13)}")
    wifi_mac: str = field(default_factory=_mac)
    bluetooth_mac: str = field(default_factory=_mac)
    push_token: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    push_magic: str = field(default_factory=lambda: str(uuid4()).upper())
    unlock_token: bytes = field(default_factory=lambda: secrets.token_bytes(1800))

    def __post_init__(self) -> None:
        self.udid = self.udid or f"{self.model.chip}-{secrets.token_hex(8).upper()}"
        self.serial = self.serial or "".join(secrets.choice(SERIAL_ALPHABET) for _ in range(10))
        self.name = self.name or self.family

    @property
    def model(self) -> Model:
        return MODELS[self.family]

    @property
    def identity(self) -> Details:
        """What Authenticate adds under AccessRights 16."""
        model = self.model
        details = {
            "OSVersion": model.os_version,
            "BuildVersion": model.build,
            "ProductName": model.product,
            "SerialNumber": self.serial,
        }
        return details | ({"IMEI": self.imei, "MEID": self.imei[:14]} if model.cellular else {})

    def query(self, queries: list[str], rights: int) -> Details:
        """QueryResponses of DeviceInformation: only what was asked, exists here and is permitted."""
        answers: Details = {}
        for right, known in ((DEVICE_INFORMATION, DEVICE_QUERIES), (NETWORK_INFORMATION, NETWORK_QUERIES)):
            if rights & right:
                answers |= {query: known[query](self) for query in queries if query in known}
        return {query: value for query, value in answers.items() if value is not None}

    @property
    def security(self) -> Details:
        return {
            "HardwareEncryptionCaps": 3,
            "PasscodePresent": self.passcode,
            "PasscodeCompliant": True,
            "PasscodeCompliantWithProfiles": True,
            "PasscodeLockGracePeriod": 0,
            "PasscodeLockGracePeriodEnforced": 0,
            "ManagementStatus": {"IsUserEnrollment": False, "EnrolledViaDEP": False},
        }


DEVICE_INFORMATION, NETWORK_INFORMATION = 16, 32  # bits of AccessRights
Answer = Callable[[Hardware], Any]
DEVICE_QUERIES: dict[str, Answer] = {
    "UDID": lambda device: device.udid,
    "DeviceName": lambda device: device.name,
    "OSVersion": lambda device: device.model.os_version,
    "BuildVersion": lambda device: device.model.build,
    "ModelName": lambda device: device.model.name,
    "Model": lambda device: device.model.number,
    "ProductName": lambda device: device.model.product,
    "SerialNumber": lambda device: device.serial,
    "DeviceCapacity": lambda device: 128.0,
    "AvailableDeviceCapacity": lambda device: 97.28125,
    "BatteryLevel": lambda device: 0.83,
    "CellularTechnology": lambda device: 1 if device.model.cellular else 0,
    "IMEI": lambda device: device.imei if device.model.cellular else None,
    "IsSupervised": lambda device: False,
    "IsCloudBackupEnabled": lambda device: True,
    "IsDeviceLocatorServiceEnabled": lambda device: False,
    "IsActivationLockEnabled": lambda device: False,
    "IsDoNotDisturbInEffect": lambda device: False,
    "IsMDMLostModeEnabled": lambda device: False,
    "AwaitingConfiguration": lambda device: False,
}


def _subscriptions(device: Hardware) -> list[Details] | None:
    if not device.model.cellular:
        return None
    slot = {
        "Slot": "CTSubscriptionSlotOne",
        "IMEI": device.imei,
        "IsDataPreferred": True,
        "IsVoicePreferred": True,
    }
    return [slot | {"CurrentCarrierNetwork": "Carrier", "IsRoaming": False}]


NETWORK_QUERIES: dict[str, Answer] = {
    "WiFiMAC": lambda device: device.wifi_mac,
    "BluetoothMAC": lambda device: device.bluetooth_mac,
    "ServiceSubscriptions": _subscriptions,
    "DataRoamingEnabled": lambda device: False,
    "IsRoaming": lambda device: False,
    "PersonalHotspotEnabled": lambda device: False,
}
