"""What becomes of a device's claims about itself."""

import pytest

from enrollment.mdm.check_in import Authenticate, read_check_in
from enrollment.mdm.inventory import DeviceDetails, InstalledProfile, clean, family, installed_profiles
from enrollment.mdm.report import read_report
from enrollment.mdm.text import LIMITS
from tests.mdm.captured import captured


def test_authenticate_fills_what_it_says_and_leaves_the_rest_unknown() -> None:
    message = read_check_in(captured("commandment/Authenticate/IOS-11.3.1.xml"))
    assert isinstance(message, Authenticate)
    assert DeviceDetails.from_authenticate(message).known() == {
        "os_version": "11.3.1",
        "build_version": "15E302",
        "product_name": "iPad4,1",
        "serial_number": "XXXXXXXXXXXX",
    }


def test_every_text_of_authenticate_finds_its_place() -> None:
    texts = {
        name: name
        for name in ("device_name", "os_version", "build_version", "model", "model_name", "product_name",
                     "serial_number", "imei", "meid")
    }  # fmt: skip
    message = Authenticate(udid="1", user_channel=False, topic="t", **texts)
    assert DeviceDetails.from_authenticate(message).known() == texts


def test_device_information_of_an_ipad() -> None:
    response = read_report(captured("commandment/DeviceInformation/iOS-11.3.1.xml")).response
    assert DeviceDetails.from_device_information(response).known() == {
        "device_name": "iPad",
        "os_version": "11.3.1",
        "build_version": "15E302",
        "model": "MD786X",
        "model_name": "iPad",
        "product_name": "iPad4,1",
        "serial_number": "C00000000004",
        "wifi_mac": "00:00:00:00:00:00",
        "device_capacity": 26.914535522460938,
        "available_device_capacity": 15.468269348144531,
    }


def test_device_information_says_whether_it_is_supervised() -> None:
    response = read_report(captured("zentral/device_information.plist")).response
    details = DeviceDetails.from_device_information(response)
    assert (details.is_supervised, details.model_name) == (True, "Virtual Machine")


@pytest.mark.parametrize(
    "path", ["commandment/SecurityInfo/IOS-9.x.xml", "commandment/SecurityInfo/iOS-11.3.1.xml",
             "zentral/security_info_ios.plist"]
)  # fmt: skip
def test_security_info_says_whether_there_is_a_passcode(path: str) -> None:
    details = DeviceDetails.from_security_info(read_report(captured(path)).response)
    assert details.known() == {"passcode_present": False, "passcode_compliant": True}


def test_security_info_of_a_mac_says_nothing_of_a_passcode() -> None:
    response = read_report(captured("commandment/SecurityInfo/macOS-10.13.1.xml")).response
    assert DeviceDetails.from_security_info(response).known() == {}


def test_the_profiles_on_an_ipad_are_listed() -> None:
    response = read_report(captured("commandment/ProfileList/iOS-11.3.1.xml")).response
    assert installed_profiles(response) == (
        InstalledProfile(
            identifier="dev.commandment.enroll",
            uuid="ac9e8c32-5c15-40b9-b187-70a81c49aa4e",
            display_name="Commandment Enrollment Profile",
            organization="Commandment Inc",
            is_managed=False,
        ),
    )


def test_at_most_two_hundred_profiles_are_kept() -> None:
    item = {"PayloadIdentifier": "a.b", "IsManaged": True}
    kept = installed_profiles({"ProfileList": [item] * 1000})
    assert len(kept) == 200
    assert kept[0] == InstalledProfile(
        identifier="a.b", uuid="", display_name="", organization="", is_managed=True
    )


def test_a_battery_that_is_not_known_has_no_level() -> None:
    for level, known in ((-1.0, None), (0.5, 0.5), (1, 1.0), (True, None), ("full", None)):
        details = DeviceDetails.from_device_information({"QueryResponses": {"BatteryLevel": level}})
        assert details.battery_level == known


def test_an_answer_of_a_wrong_type_counts_as_not_given() -> None:
    answers = {"DeviceName": 5, "IsSupervised": "yes", "DeviceCapacity": [], "OSVersion": "18.1", "Model": ""}
    details = DeviceDetails.from_device_information({"QueryResponses": answers})
    assert details.known() == {"os_version": "18.1"}
    assert DeviceDetails.from_device_information({"QueryResponses": []}).known() == {}


@pytest.mark.parametrize(
    ("product_name", "expected"),
    [
        ("iPhone14,2", "iPhone"),
        ("iPad8,12", "iPad"),
        ("iPod9,1", "iPod touch"),
        ("AppleTV11,1", "Apple TV"),
        ("Watch6,1", "Apple Watch"),
        ("RealityDevice14,1", "Apple Vision Pro"),
        ("MacBookPro18,3", "Mac"),
        ("iMac14,2", "Mac"),
        ("VirtualMac2,1", "Mac"),
        ("MD786X", ""),
        ("", ""),
    ],
)
def test_the_family_is_what_people_call_the_device(product_name: str, expected: str) -> None:
    assert family(product_name) == expected


@pytest.mark.parametrize(
    ("claimed", "kept"),
    [
        ("Ada\r\nSet-Cookie: a=b", "Ada Set-Cookie: a=b"),
        ("Ada\u2028Pad\x85\x0b1", "Ada Pad 1"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\u2066b\u2069c\u200f\u061cd", "abcd"),
        ("a\x00\x1b[31mb\x7f", "a[31mb"),
        ("a\ufeff\u00adb\U000e0041", "ab"),
        ("\ud800", ""),
        ("  Ada's   iPad ", "Ada's iPad"),
        ("<svg onload=alert(1)>", "<svg onload=alert(1)>"),  # escaping belongs to who shows it
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        ("{{7*7}} %n", "{{7*7}} %n"),
        ("آیپد می\u200cخواهم", "آیپد می\u200cخواهم"),
        ("\U0001f468\u200d\U0001f467", "\U0001f468\u200d\U0001f467"),
        ("\uf8ff iPad", "\uf8ff iPad"),  # the apple that people put into names
    ],
)
def test_r22_control_and_bidi_characters_are_removed(claimed: str, kept: str) -> None:
    assert clean(claimed, 255) == kept


def test_r22_a_text_is_cut_to_its_column_in_characters() -> None:
    assert clean("ü" * 300, 255) == "ü" * 255
    assert clean("ab cd", 3) == "ab"
    assert len(clean("\u202e" * 10_000_000 + "x", 255)) == 0


def test_r22_device_information_is_cut_to_the_columns() -> None:
    answers = {key: "x" * 5000 for key in LIMITS}
    details = DeviceDetails.from_device_information({"QueryResponses": answers}).known()
    assert details["device_name"] == "x" * 200
    assert details["wifi_mac"] == "x" * 32
    assert all(len(str(value)) <= 255 for value in details.values())
