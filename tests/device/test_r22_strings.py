"""R22: whatever a device says of itself is cut to its column and carries no control or direction characters."""

import plistlib

import pytest
from django.contrib.sites.models import Site
from django.db import models

from enrollment.actions.check_in import CLAIMS
from enrollment.actions.commands import _COLUMNS
from enrollment.mdm.text import LIMITS
from enrollment.models import Command, Device, Enrollment
from tests.device.phones import Phone, Phones

NASTY = (
    "<svg onload=alert(1)>",
    "=cmd|' /C calc'!A0",
    "line\r\nSet-Cookie: x=y",
    "\u202egnp.exe",
    "\u2066\u2069\u200f\u061c\ufeff",
    "{{7*7}}{% debug %}",
    "%n%s%x",
    "'; DROP TABLE enrollment_device; --",
    "\U0001f468\u200d\U0001f467 آیپد",
    "x" * 5000,
    "\U0001f600" * 1500,
)
# Apple's key for every column that a device's words reach.
KEYS = {
    "name": "DeviceName",
    "model": "Model",
    "model_name": "ModelName",
    "product_name": "ProductName",
    "os_version": "OSVersion",
    "build_version": "BuildVersion",
    "serial_number": "SerialNumber",
    "imei": "IMEI",
    "wifi_mac": "WiFiMAC",
}


def texts_of(device: Device) -> dict[str, str]:
    return {column: getattr(device, column) for column in KEYS}


def is_clean(text: str) -> bool:
    return not any(ord(letter) < 32 or letter in "\u202e\u2066\u2069\u200f\u061c\ufeff" for letter in text)


def fits(column: str, text: str) -> bool:
    field = Device._meta.get_field(column)
    assert isinstance(field, models.CharField)
    return len(text) <= (field.max_length or 0)


def asked(phone: Phone) -> str:
    return str(plistlib.loads(phone.report(Status="Idle").body)["CommandUUID"])


def test_r22_every_text_is_cut_to_the_length_of_its_column() -> None:
    """SQLite keeps whatever it is given; PostgreSQL would answer the device with an error."""
    assert set(KEYS) == {column for column in {*CLAIMS.values(), *_COLUMNS.values()} if is_text(column)}
    for column, key in KEYS.items():
        assert fits(column, "x" * LIMITS[key]), column


def is_text(column: str) -> bool:
    return isinstance(Device._meta.get_field(column), models.CharField)


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_r22_what_authenticate_says_is_cut_and_cleaned(phones: Phones, text: str) -> None:
    phone = phones.certified()
    answer = phone.check_in("Authenticate", **dict.fromkeys(KEYS.values(), text))
    assert answer.status == 200
    phone.token_update()
    device = phone.enrollment.device
    assert device is not None
    for column, kept in texts_of(device).items():
        assert is_clean(kept) and fits(column, kept)
    assert texts_of(device)["name"] == expected(text)[: len(texts_of(device)["name"])]


def expected(text: str) -> str:
    """What stays of a nasty text, before it is cut."""
    return "".join(letter for letter in " ".join(text.split()) if is_clean(letter))


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_r22_what_the_inventory_says_is_cut_and_cleaned(phones: Phones, text: str) -> None:
    phone = phones.enrolled()
    answers = dict.fromkeys(KEYS.values(), text)
    phone.report(Status="Acknowledged", CommandUUID=asked(phone), QueryResponses=answers)
    phone.report(Status="Acknowledged", CommandUUID=asked(phone), SecurityInfo={"PasscodePresent": text})
    listed = {"PayloadIdentifier": text, "PayloadDisplayName": text, "IsManaged": "yes"}
    answer = phone.report(Status="Acknowledged", CommandUUID=asked(phone), ProfileList=[listed] * 300)
    assert answer.status == 200
    device = Device.objects.get(enrollment=phone.attempt)
    for column, kept in texts_of(device).items():
        assert is_clean(kept) and fits(column, kept)
    assert device.passcode_present is None
    assert 0 < len(device.profiles) <= 200
    assert all(is_clean(str(value)) for profile in device.profiles for value in profile.values())


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_r22_what_an_error_says_is_cut_and_cleaned(phones: Phones, text: str) -> None:
    phone = phones.enrolled()
    number = asked(phone)
    chain = [{"ErrorCode": 1, "ErrorDomain": text, "LocalizedDescription": text}] * 30
    assert phone.report(Status="Error", CommandUUID=number, ErrorChain=chain).status == 200
    error = Command.objects.get(uuid=number).error
    assert is_clean(error) and len(error) <= 300


@pytest.mark.parametrize("number", [-1, 0, 2**63, 2**64 - 1, 1e308, -0.5, True])
def test_r22_numbers_of_any_size_are_taken(phones: Phones, number: float) -> None:
    phone = phones.enrolled()
    answers = {"DeviceCapacity": number, "BatteryLevel": number, "IsSupervised": number}
    answer = phone.report(Status="Acknowledged", CommandUUID=asked(phone), QueryResponses=answers)
    assert answer.status == 200


@pytest.mark.parametrize("udid", ["", " ", "x" * 65, "ü", "a b", "../..", "a\u202eb", "%s", "a\nb"])
def test_r22_a_udid_that_is_none_is_a_bad_request(phones: Phones, udid: str) -> None:
    phone = phones.certified(udid="00008101-000A1B2C3D4E001E")
    assert phone.check_in("Authenticate", UDID=udid).status == 400
    assert not Device.objects.exists()


def test_r22_the_secrets_of_a_device_are_encrypted(phones: Phones, alpha: Site) -> None:
    phone = phones.enrolled()
    row = Enrollment.objects.filter(pk=phone.attempt.pk).values().get()
    stored = b" ".join(bytes(value) for value in row.values() if isinstance(value, bytes | memoryview))
    for secret in (
        phone.hardware.push_token,
        phone.hardware.unlock_token,
        phone.hardware.push_magic.encode(),
    ):
        assert secret not in stored
        assert secret.hex() not in str(row)
