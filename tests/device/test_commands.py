"""The command channel: what is handed out when, and whose answers are taken (R22)."""

import plistlib

import pytest

from enrollment.models import Command, CommandState, Device
from tests.device.phones import Phone, Phones
from tests.phone.network import Response

INVENTORY = ["DeviceInformation", "SecurityInfo", "ProfileList"]


def command_in(answer: Response) -> tuple[str, str]:
    """(CommandUUID, RequestType) of the command that came."""
    command = plistlib.loads(answer.body)
    return command["CommandUUID"], command["Command"]["RequestType"]


def open_commands(phone: Phone) -> list[str]:
    rows = Command.objects.filter(enrollment=phone.attempt, state__in=["queued", "not-now"]).order_by("pk")
    return list(rows.values_list("request_type", flat=True))


def test_the_first_idle_brings_the_inventory_one_by_one(phones: Phones) -> None:
    phone = phones.enrolled()
    assert phone.idle_until_done() == INVENTORY
    device = Device.objects.get(enrollment=phone.attempt)
    hardware = phone.hardware
    assert (device.name, device.wifi_mac, device.is_supervised) == (hardware.name, hardware.wifi_mac, False)
    assert device.passcode_present is True
    assert [profile["identifier"] for profile in device.profiles] == [phone._installing.identifier]


def test_it_is_asked_once(phones: Phones) -> None:
    phone = phones.enrolled()
    phone.idle_until_done()
    assert phone.idle_until_done() == []
    phone.token_update()
    assert phone.idle_until_done() == []
    assert Command.objects.filter(enrollment=phone.attempt).count() == 3


def test_a_command_is_an_xml_property_list(phones: Phones) -> None:
    answer = phones.enrolled().report(Status="Idle")
    assert answer.media_type == "application/xml"
    assert answer.body.startswith(b"<?xml")


def test_not_now_ends_the_connection_and_the_next_idle_asks_again(phones: Phones) -> None:
    phone = phones.enrolled()
    number, asked = command_in(phone.report(Status="Idle"))
    assert phone.report(Status="NotNow", CommandUUID=number).body == b""
    assert open_commands(phone) == INVENTORY
    assert command_in(phone.report(Status="Idle")) == (number, asked)


def test_what_was_put_off_waits_while_other_answers_come_in(phones: Phones) -> None:
    """Until a fresh Idle, only what the device has not yet refused is sent."""
    phone = phones.enrolled()
    number, _asked = command_in(phone.report(Status="Idle"))
    phone.report(Status="NotNow", CommandUUID=number)
    second = Command.objects.get(enrollment=phone.attempt, request_type="SecurityInfo")
    answer = phone.report(Status="Acknowledged", CommandUUID=str(second.uuid), SecurityInfo={})
    assert command_in(answer)[1] == "ProfileList"


def test_an_answer_that_comes_twice_is_taken_once(phones: Phones) -> None:
    phone = phones.enrolled()
    number, _asked = command_in(phone.report(Status="Idle"))
    result = {"Status": "Acknowledged", "CommandUUID": number}
    first = phone.report(**result, QueryResponses={"DeviceName": "Ana's iPhone"})
    again = phone.report(**result, QueryResponses={"DeviceName": "somebody else's"})
    assert (first.status, again.status) == (200, 200)
    assert Device.objects.get(enrollment=phone.attempt).name == "Ana's iPhone"
    assert open_commands(phone) == INVENTORY[1:]


def test_a_uuid_in_the_other_case_is_the_same(phones: Phones) -> None:
    phone = phones.enrolled()
    number, _asked = command_in(phone.report(Status="Idle"))
    phone.report(Status="Acknowledged", CommandUUID=number.upper(), QueryResponses={})
    assert open_commands(phone) == INVENTORY[1:]


@pytest.mark.parametrize("number", ["7d1c3c5e-2d5b-4f0e-9c56-0c3a4f1b2e6d", "not-a-uuid", "x" * 255])
def test_r22_an_answer_to_a_command_nobody_sent_is_not_taken(phones: Phones, number: str) -> None:
    phone = phones.enrolled()
    phone.idle_until_done()
    answer = phone.report(Status="Acknowledged", CommandUUID=number, QueryResponses={"DeviceName": "x"})
    assert (answer.status, answer.body) == (200, b"")
    assert Device.objects.get(enrollment=phone.attempt).name == phone.hardware.name


def test_r22_an_answer_to_another_devices_command_is_not_taken(phones: Phones) -> None:
    ana, ben = phones.enrolled(), phones.enrolled()
    number, _asked = command_in(ana.report(Status="Idle"))
    ben.report(Status="Acknowledged", CommandUUID=number, QueryResponses={"DeviceName": "Ben was here"})
    assert open_commands(ana) == INVENTORY
    assert not Device.objects.filter(name="Ben was here").exists()


@pytest.mark.parametrize(
    ("status", "state"),
    [("Error", CommandState.ERROR), ("CommandFormatError", CommandState.FORMAT_ERROR)],
)
def test_a_command_that_failed_is_not_sent_again(phones: Phones, status: str, state: CommandState) -> None:
    phone = phones.enrolled()
    number, _asked = command_in(phone.report(Status="Idle"))
    chain = [{"ErrorCode": 12021, "ErrorDomain": "MCMDMErrorDomain", "USEnglishDescription": "x" * 9000}]
    answer = phone.report(Status=status, CommandUUID=number, ErrorChain=chain)
    assert command_in(answer)[1] == "SecurityInfo"
    assert Command.objects.get(uuid=number).state == state


def test_an_answer_of_the_wrong_shape_still_closes_its_command(phones: Phones) -> None:
    phone = phones.enrolled()
    number, _asked = command_in(phone.report(Status="Idle"))
    phone.report(Status="Acknowledged", CommandUUID=number, QueryResponses=["not", "a", "dictionary"])
    assert open_commands(phone) == INVENTORY[1:]
    assert Device.objects.get(enrollment=phone.attempt).serial_number == phone.hardware.serial


def test_a_user_on_the_device_gets_no_command_of_the_device(phones: Phones) -> None:
    phone = phones.enrolled()
    answer = phone.report(Status="Idle", UserID="FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF")
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("status", ["", "idle", "Okay", "Acknowledged\n"])
def test_a_status_that_apple_does_not_define_is_a_bad_request(phones: Phones, status: str) -> None:
    assert phones.enrolled().report(Status=status).status == 400
