"""Commands as devices receive them."""

import plistlib

from enrollment.mdm.command import command, inventory_commands


def test_a_command_names_its_type_and_arguments() -> None:
    body = command("0001", "RemoveProfile", Identifier="org.northwind.gatehouse")
    assert body.startswith(b"<?xml")
    assert plistlib.loads(body) == {
        "CommandUUID": "0001",
        "Command": {"RequestType": "RemoveProfile", "Identifier": "org.northwind.gatehouse"},
    }


def test_an_argument_cannot_change_the_type() -> None:
    body = command("0001", "DeviceInformation", **{"RequestType": "EraseDevice"})
    assert plistlib.loads(body)["Command"] == {"RequestType": "DeviceInformation"}


def test_the_same_command_gives_the_same_bytes() -> None:
    assert command("1", "A", x=1, y=[2]) == command("1", "A", y=[2], x=1)


def test_a_new_device_is_asked_for_what_the_help_desk_needs() -> None:
    asked = dict(inventory_commands())
    assert list(asked) == ["DeviceInformation", "SecurityInfo", "ProfileList"]
    assert asked["DeviceInformation"] == {
        "Queries": [
            "DeviceName", "OSVersion", "BuildVersion", "ModelName", "Model", "ProductName", "SerialNumber",
            "IMEI", "MEID", "WiFiMAC", "IsSupervised", "DeviceCapacity", "AvailableDeviceCapacity",
            "BatteryLevel",
        ]
    }  # fmt: skip


def test_every_inventory_command_can_be_sent() -> None:
    for request_type, arguments in inventory_commands():
        sent = plistlib.loads(command("0001", request_type, **arguments))
        assert sent["Command"] == {"RequestType": request_type, **arguments}
