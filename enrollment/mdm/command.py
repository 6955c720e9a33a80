"""Commands for a device, and those that every newly enrolled one gets."""

import plistlib
from collections.abc import Mapping

_QUERIES = (
    "DeviceName",
    "OSVersion",
    "BuildVersion",
    "ModelName",
    "Model",
    "ProductName",
    "SerialNumber",
    "IMEI",
    "MEID",
    "WiFiMAC",
    "IsSupervised",
    "DeviceCapacity",
    "AvailableDeviceCapacity",
    "BatteryLevel",
)
# ServiceSubscriptions would repeat the IMEI and add the telephone number, which nobody here needs to know.


def command(uuid: str, request_type: str, **arguments: object) -> bytes:
    """The XML property list of one command; `arguments` are Apple's keys beside RequestType."""
    return plistlib.dumps(
        {"CommandUUID": uuid, "Command": {**arguments, "RequestType": request_type}}, fmt=plistlib.FMT_XML
    )


def inventory_commands() -> tuple[tuple[str, Mapping[str, object]], ...]:
    """RequestType and arguments of what is asked once a device is enrolled."""
    return (
        ("DeviceInformation", {"Queries": list(_QUERIES)}),
        ("SecurityInfo", {}),
        ("ProfileList", {}),
    )
