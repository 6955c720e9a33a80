"""What devices say to the ServerURL, read from messages that real ones sent."""

import plistlib
from pathlib import Path

import pytest

from enrollment.mdm.plist import BadPlist
from enrollment.mdm.report import ErrorItem, Report, Status, read_report
from tests.mdm.captured import REPORTS, captured

IPAD = "1c111c111c111c111c111c111c111c111c111c11"


def report(**keys: object) -> bytes:
    said: dict[str, object] = {"UDID": IPAD, "Status": "Idle", **keys}
    return plistlib.dumps({key: value for key, value in said.items() if value is not None})


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_captured_report_is_read(path: Path) -> None:
    body = path.read_bytes()
    read = read_report(body)
    original = plistlib.loads(body.replace(b"Base64=", b"Base64=="))
    assert (read.udid, read.command_uuid, read.status) == (
        original["UDID"],
        original["CommandUUID"],
        original["Status"],
    )
    assert set(read.response) == set(original) - {"UDID", "CommandUUID", "Status", "ErrorChain"}
    assert len(read.error_chain) == len(original.get("ErrorChain", ()))


def test_the_captures_are_all_there() -> None:
    assert len(REPORTS) == 21


def test_an_idle_device_names_no_command() -> None:
    assert read_report(report()) == Report(
        udid=IPAD, user_channel=False, status=Status.IDLE, command_uuid=None, error_chain=(), response={}
    )


def test_a_locked_device_answers_not_now() -> None:
    read = read_report(captured("commandment/NotNow/iOS-11.3.1.xml"))
    assert read.status is Status.NOT_NOW
    assert read.command_uuid == "bb5d7813-e7c3-4279-b954-4b678925de5f"


def test_an_ios_result_carries_no_request_type() -> None:
    read = read_report(captured("commandment/DeviceInformation/iOS-11.3.1.xml"))
    assert read.status is Status.ACKNOWLEDGED
    assert set(read.response) == {"QueryResponses"}


def test_a_command_that_ios_cannot_read_is_told_from_one_that_fails() -> None:
    read = read_report(captured("commandment/Errors/iOS-11.3.1-CommandFormatError.xml"))
    assert read.status is Status.COMMAND_FORMAT_ERROR
    assert read.error_chain == ()


def test_every_link_of_an_error_chain_is_kept() -> None:
    read = read_report(captured("commandment/Errors/iOS-11.3.1-AvailableOSUpdatesFailure.xml"))
    assert read.status is Status.ERROR
    assert read.error_chain[0] == ErrorItem(2213, "DeviceManagement.error", "No update available.")
    assert [(item.code, item.domain) for item in read.error_chain[1:]] == [
        (3, "com.apple.softwareupdateservices.errors")
    ]


def test_an_error_in_us_english_is_preferred_to_the_devices_language() -> None:
    item = {"ErrorCode": 1, "LocalizedDescription": "Nein.", "USEnglishDescription": "No."}
    assert read_report(report(Status="Error", ErrorChain=[item])).error_chain == (ErrorItem(1, "", "No."),)


def test_r22_an_error_is_cleaned_and_a_chain_is_cut() -> None:
    item = {"ErrorCode": "1", "ErrorDomain": 5, "LocalizedDescription": "\u202e" + "n" * 600}
    read = read_report(report(Status="Error", ErrorChain=[item, "odd"] + [item] * 50))
    assert read.error_chain[0] == ErrorItem(None, "", "n" * 500)
    assert len(read.error_chain) == 19  # of the first twenty, the odd one is none


@pytest.mark.parametrize("key", ["UserID", "EnrollmentUserID"])
def test_a_users_report_is_told_from_the_devices(key: str) -> None:
    assert read_report(report(**{key: "A522C2FB-D0BA-487E-BBC6-BE0DB2DC7883"})).user_channel is True


def test_r11_an_answer_does_not_stand_in_the_repr() -> None:
    assert "hocus" not in repr(read_report(report(UnlockToken=b"hocus-pocus")))


@pytest.mark.parametrize(
    "unusable",
    [
        report(UDID=None),
        report(UDID=None, EnrollmentID="E0A1"),
        report(Status=None),
        report(Status="Done"),
        report(Status=5),
        report(Status=["Idle"]),
        report(CommandUUID=""),
        report(CommandUUID=5),
        report(CommandUUID="a b"),
        report(ErrorChain={}),
    ],
)
def test_a_report_that_lacks_what_it_needs_is_refused(unusable: bytes) -> None:
    with pytest.raises(BadPlist):
        read_report(unusable)


def test_a_report_has_at_most_4_mib() -> None:
    padding = 4 * 1024 * 1024 - len(report(Padding=""))
    read_report(report(Padding="x" * padding))
    with pytest.raises(BadPlist, match="larger"):
        read_report(report(Padding="x" * (padding + 1)))
