"""Messages to the CheckInURL: XML property lists with a MessageType, at most 64 KiB.

Keys: Apple's device management schema, mdm/checkin/*.yaml. Texts are cleaned and cut when they are read,
because everything in them is a device's claim about itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from enrollment.mdm.envelope import is_user_channel, read_identifier, read_udid
from enrollment.mdm.plist import BadPlist, read_plist
from enrollment.mdm.text import clean_key

CHECK_IN_LIMIT = 64 * 1024
_LONGEST_TOKEN = 256  # bytes; Apple's have 32 today

_NOT_FOR_US = (  # MessageTypes of features that the profile does not announce
    "DeclarativeManagement",
    "GetBootstrapToken",
    "GetToken",
    "ReturnToService",
    "SetBootstrapToken",
    "UserAuthenticate",
)


class UnknownMessageType(BadPlist):
    """A MessageType that Apple does not define."""


@dataclass(frozen=True, kw_only=True)
class _CheckIn:
    udid: str
    user_channel: bool


@dataclass(frozen=True, kw_only=True)
class Authenticate(_CheckIn):
    """A device starts to enroll. Without access right 16 these texts are "": it says nothing of itself."""

    topic: str
    os_version: str = ""
    build_version: str = ""
    product_name: str = ""
    serial_number: str = ""
    imei: str = ""
    meid: str = ""
    model: str = ""
    model_name: str = ""
    device_name: str = ""


@dataclass(frozen=True, kw_only=True)
class TokenUpdate(_CheckIn):
    """How the device is woken by push; the first one completes the enrollment.

    `unlock_token` is None when the message has none, which says nothing about one that came earlier.
    """

    topic: str
    token: bytes = field(repr=False)
    push_magic: str = field(repr=False)
    unlock_token: bytes | None = field(default=None, repr=False)
    awaiting_configuration: bool = False


@dataclass(frozen=True, kw_only=True)
class CheckOut(_CheckIn):
    """The profile was removed. Sent once, if the network allows, and never repeated."""

    topic: str


@dataclass(frozen=True, kw_only=True)
class OtherMessage(_CheckIn):
    """A MessageType of Apple's for something that the enrollment profile does not ask for."""

    message_type: str


CheckInMessage = Authenticate | TokenUpdate | CheckOut | OtherMessage


def read_check_in(body: bytes) -> CheckInMessage:
    """The message in the body of a check-in request; BadPlist when it cannot be used."""
    message = read_plist(body, limit=CHECK_IN_LIMIT)
    message_type = message.get("MessageType")
    if not isinstance(message_type, str):
        raise BadPlist("no MessageType")
    if message_type in _READERS:
        return _READERS[message_type](message)
    return _other_message(message, message_type)


def _authenticate(message: Mapping[str, object]) -> Authenticate:
    return Authenticate(
        udid=read_udid(message),
        user_channel=is_user_channel(message),
        topic=read_identifier(message, "Topic"),
        os_version=_text(message, "OSVersion"),
        build_version=_text(message, "BuildVersion"),
        product_name=_text(message, "ProductName"),
        serial_number=_text(message, "SerialNumber"),
        imei=_text(message, "IMEI"),
        meid=_text(message, "MEID"),
        model=_text(message, "Model"),
        model_name=_text(message, "ModelName"),
        device_name=_text(message, "DeviceName"),
    )


def _token_update(message: Mapping[str, object]) -> TokenUpdate:
    return TokenUpdate(
        udid=read_udid(message),
        user_channel=is_user_channel(message),
        topic=read_identifier(message, "Topic"),
        token=_token(message),
        push_magic=read_identifier(message, "PushMagic"),
        unlock_token=_unlock_token(message),
        awaiting_configuration=_awaiting_configuration(message),
    )


def _check_out(message: Mapping[str, object]) -> CheckOut:
    return CheckOut(
        udid=read_udid(message),
        user_channel=is_user_channel(message),
        topic=read_identifier(message, "Topic"),
    )


def _other_message(message: Mapping[str, object], message_type: str) -> OtherMessage:
    if message_type not in _NOT_FOR_US:
        raise UnknownMessageType("unknown MessageType")
    return OtherMessage(
        udid=read_udid(message), user_channel=is_user_channel(message), message_type=message_type
    )


_READERS: Mapping[str, Callable[[Mapping[str, object]], CheckInMessage]] = {
    "Authenticate": _authenticate,
    "TokenUpdate": _token_update,
    "CheckOut": _check_out,
}


def _text(message: Mapping[str, object], key: str) -> str:
    value = message.get(key, "")
    if not isinstance(value, str):
        raise BadPlist(f"{key} is no text")
    return clean_key(key, value)


def _token(message: Mapping[str, object]) -> bytes:
    token = message.get("Token")
    if not isinstance(token, bytes) or not 1 <= len(token) <= _LONGEST_TOKEN:
        raise BadPlist("no usable Token")
    return token


def _unlock_token(message: Mapping[str, object]) -> bytes | None:
    unlock_token = message.get("UnlockToken", b"")
    if not isinstance(unlock_token, bytes):
        raise BadPlist("UnlockToken is no data")
    return unlock_token or None


def _awaiting_configuration(message: Mapping[str, object]) -> bool:
    awaiting = message.get("AwaitingConfiguration", False)
    if not isinstance(awaiting, bool):
        raise BadPlist("AwaitingConfiguration is no boolean")
    return awaiting
