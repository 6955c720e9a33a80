"""What devices say to the CheckInURL, read from messages that real ones sent."""

import plistlib
from pathlib import Path

import pytest

from enrollment.mdm.check_in import (
    Authenticate,
    CheckOut,
    OtherMessage,
    TokenUpdate,
    UnknownMessageType,
    read_check_in,
)
from enrollment.mdm.plist import BadPlist
from tests.mdm.captured import CHECK_INS, captured

IPAD = "1c111c111c111c111c111c111c111c111c111c11"
TOPIC = "com.apple.mgmt.XServer.1c111c11-1c11-1c11-1c11-1c111c111c11"


def message(**keys: object) -> bytes:
    told: dict[str, object] = {"MessageType": "Authenticate", "UDID": IPAD, "Topic": TOPIC, **keys}
    return plistlib.dumps({key: value for key, value in told.items() if value is not None})


def token_update(**keys: object) -> bytes:
    return message(**{"MessageType": "TokenUpdate", "Token": b"t" * 32, "PushMagic": "magic", **keys})


@pytest.mark.parametrize("path", CHECK_INS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_every_captured_check_in_is_read(path: Path) -> None:
    body = path.read_bytes()
    message = read_check_in(body)
    assert message.udid == plistlib.loads(body.replace(b"Base64=", b"Base64=="))["UDID"]
    assert message.user_channel is ("user" in path.name)


def test_the_captures_are_all_there() -> None:
    assert len(CHECK_INS) == 15


def test_an_ipad_of_ios_11_authenticates() -> None:
    assert read_check_in(captured("commandment/Authenticate/IOS-11.3.1.xml")) == Authenticate(
        udid=IPAD,
        user_channel=False,
        topic=TOPIC,
        os_version="11.3.1",
        build_version="15E302",
        product_name="iPad4,1",
        serial_number="XXXXXXXXXXXX",
    )


def test_an_ipad_of_ios_9_authenticates_with_a_topic_of_another_kind() -> None:
    read = read_check_in(captured("commandment/Authenticate/IOS-9.x.xml"))
    assert isinstance(read, Authenticate)
    assert (read.os_version, read.topic) == (
        "9.3.2",
        "io.micromdm.topic.00000000-1111-2222-3333-444455556666",
    )


def test_a_mac_says_its_name_and_model() -> None:
    read = read_check_in(captured("nanomdm/mdm/Authenticate.2.plist"))
    assert isinstance(read, Authenticate)
    assert read.udid == "66ADE930-5FDF-5EC4-8429-15640684C489"
    assert (read.device_name, read.model, read.model_name) == ("Fruit", "iMac14,2", "iMac")


def test_without_the_right_to_device_information_authenticate_says_only_who_speaks() -> None:
    assert read_check_in(message()) == Authenticate(udid=IPAD, user_channel=False, topic=TOPIC)


def test_an_imei_loses_the_blanks_that_group_it() -> None:
    read = read_check_in(message(IMEI="35 123456 789012 3", MEID="35123456789012"))
    assert isinstance(read, Authenticate)
    assert (read.imei, read.meid) == ("351234567890123", "35123456789012")


def test_a_token_update_brings_push_and_unlock_tokens() -> None:
    read = read_check_in(captured("nanomdm/mdm/TokenUpdate.1.plist"))
    assert isinstance(read, TokenUpdate)
    assert read.token.hex() == "47e8eec062c2f729ec1703c1b3e18f1971d85f00be76445d34080baa701b5f51"
    assert read.push_magic == "CEFDF0BD-E342-4A27-8742-E930EA116B0A"
    assert read.unlock_token is not None
    assert read.unlock_token.startswith(b"DATA\0\0")
    assert read.awaiting_configuration is False


def test_a_token_update_without_an_unlock_token_is_told_from_one_with() -> None:
    read = read_check_in(captured("nanomdm/mdm/TokenUpdate.2.plist"))
    assert isinstance(read, TokenUpdate)
    assert read.unlock_token is None
    empty = read_check_in(token_update(UnlockToken=b""))
    assert isinstance(empty, TokenUpdate)
    assert empty.unlock_token is None


def test_the_user_of_a_mac_is_told_from_the_mac() -> None:
    user = read_check_in(captured("commandment/TokenUpdate/10.12.2-user.xml"))
    mac = read_check_in(captured("commandment/TokenUpdate/10.12.2.xml"))
    assert (user.user_channel, mac.user_channel) == (True, False)
    assert user.udid == mac.udid


def test_setup_assistant_waits_when_the_device_says_so() -> None:
    read = read_check_in(token_update(AwaitingConfiguration=True))
    assert isinstance(read, TokenUpdate)
    assert read.awaiting_configuration is True


def test_r11_tokens_do_not_stand_in_the_repr() -> None:
    read = repr(read_check_in(token_update(UnlockToken=b"unlock", PushMagic="hocus-pocus")))
    assert "ttt" not in read
    assert "unlock'" not in read
    assert "hocus" not in read


def test_a_removed_profile_checks_out() -> None:
    assert read_check_in(captured("commandment/CheckOut/iOS-11.3.1.xml")) == CheckOut(
        udid=IPAD, user_channel=False, topic=TOPIC
    )


@pytest.mark.parametrize(
    "message_type",
    [
        "DeclarativeManagement",
        "GetBootstrapToken",
        "GetToken",
        "ReturnToService",
        "SetBootstrapToken",
        "UserAuthenticate",
    ],
)
def test_apples_other_messages_are_recognised(message_type: str) -> None:
    read = read_check_in(message(MessageType=message_type, Topic=None))
    assert read == OtherMessage(udid=IPAD, user_channel=False, message_type=message_type)


def test_a_message_type_that_apple_does_not_know_has_its_own_exception() -> None:
    with pytest.raises(UnknownMessageType):
        read_check_in(message(MessageType="Hello"))


@pytest.mark.parametrize(
    "udid", [IPAD, "00008101-000A1B2C3D4E001E", "66ADE930-5FDF-5EC4-8429-15640684C489", "a" * 64]
)
def test_every_shape_of_udid_is_accepted(udid: str) -> None:
    assert read_check_in(message(UDID=udid)).udid == udid


@pytest.mark.parametrize(
    "unusable",
    [
        message(UDID=None),
        message(UDID=""),
        message(UDID="a" * 65),
        message(UDID=f"{IPAD}\n"),
        message(UDID="../../etc"),
        message(UDID="1\u0661"),
        message(UDID=5),
        message(Topic=None),
        message(Topic=""),
        message(Topic="com.apple.mgmt. x"),
        message(Topic="t" * 256),
        message(MessageType=None),
        message(MessageType=5),
        message(OSVersion=11),
        message(DeviceName=b"iPad"),
        token_update(Token=None),
        token_update(Token=b""),
        token_update(Token="text"),
        token_update(Token=b"t" * 257),
        token_update(PushMagic=None),
        token_update(PushMagic=""),
        token_update(UnlockToken="text"),
        token_update(AwaitingConfiguration="yes"),
        message(MessageType="CheckOut", Topic=None),
        message(MessageType="GetToken", UDID=None),
    ],
)
def test_a_message_that_lacks_what_it_needs_is_refused(unusable: bytes) -> None:
    with pytest.raises(BadPlist):
        read_check_in(unusable)


def test_account_driven_enrollment_is_refused_by_name() -> None:
    with pytest.raises(BadPlist, match="EnrollmentID: account-driven enrollment"):
        read_check_in(message(UDID=None, EnrollmentID="E0A1"))


def test_a_check_in_has_at_most_64_kib() -> None:
    padding = 64 * 1024 - len(message(Padding=""))
    read_check_in(message(Padding="x" * padding))
    with pytest.raises(BadPlist, match="larger"):
        read_check_in(message(Padding="x" * (padding + 1)))


def test_r22_what_a_device_says_of_itself_is_cleaned_and_cut() -> None:
    read = read_check_in(message(DeviceName="\u202eAda\r\nPad", SerialNumber="S" * 1000))
    assert isinstance(read, Authenticate)
    assert read.device_name == "Ada Pad"
    assert read.serial_number == "S" * 64
