"""What a device puts to the ServerURL: that it is idle, or how a command went. At most 4 MiB.

Results of iOS name only their CommandUUID, not the RequestType: who queued the command knows what it asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from enrollment.mdm.envelope import is_user_channel, read_identifier, read_udid
from enrollment.mdm.plist import BadPlist, read_plist
from enrollment.mdm.text import clean_key

REPORT_LIMIT = 4 * 1024 * 1024
_MOST_ERRORS = 20
_ENVELOPE = frozenset({"UDID", "Status", "CommandUUID", "ErrorChain"})


class Status(StrEnum):
    """Apple's words, as they stand in the message."""

    IDLE = "Idle"
    ACKNOWLEDGED = "Acknowledged"
    ERROR = "Error"
    COMMAND_FORMAT_ERROR = "CommandFormatError"
    NOT_NOW = "NotNow"


@dataclass(frozen=True)
class ErrorItem:
    """One link of an ErrorChain; `description` in US English if the device gave it, else in its language."""

    code: int | None
    domain: str
    description: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """`response` holds every key of the message that is not named here, e.g. QueryResponses."""

    udid: str
    user_channel: bool
    status: Status
    command_uuid: str | None
    error_chain: tuple[ErrorItem, ...]
    response: dict[str, object] = field(repr=False)


def read_report(body: bytes) -> Report:
    """The report in the body of a request to the ServerURL; BadPlist when it cannot be used."""
    message = read_plist(body, limit=REPORT_LIMIT)
    return Report(
        udid=read_udid(message),
        user_channel=is_user_channel(message),
        status=_status(message),
        command_uuid=read_identifier(message, "CommandUUID") if "CommandUUID" in message else None,
        error_chain=_error_chain(message),
        response={key: value for key, value in message.items() if key not in _ENVELOPE},
    )


def _status(message: Mapping[str, object]) -> Status:
    try:
        return Status(str(message.get("Status")))
    except ValueError:
        raise BadPlist("no usable Status") from None


def _error_chain(message: Mapping[str, object]) -> tuple[ErrorItem, ...]:
    chain = message.get("ErrorChain", [])
    if not isinstance(chain, list):
        raise BadPlist("ErrorChain is no array")
    return tuple(_error_item(item) for item in chain[:_MOST_ERRORS] if isinstance(item, dict))


def _error_item(item: Mapping[str, object]) -> ErrorItem:
    code = item.get("ErrorCode")
    return ErrorItem(
        code=code if isinstance(code, int) else None,
        domain=_text(item, "ErrorDomain"),
        description=_text(item, "USEnglishDescription") or _text(item, "LocalizedDescription"),
    )


def _text(item: Mapping[str, object], key: str) -> str:
    value = item.get(key)
    return clean_key(key, value) if isinstance(value, str) else ""
