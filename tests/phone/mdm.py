"""The MDM client of iOS: check-in and command channel."""

from __future__ import annotations

import plistlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.parsers.expat import ExpatError

from tests.phone.cms_build import Identity
from tests.phone.errors import PhoneError
from tests.phone.hardware import DEVICE_INFORMATION, Hardware
from tests.phone.mdm_signature import DEVICE, SignatureShape, mdm_signature
from tests.phone.network import Network, Request, Response
from tests.phone.payload_rules import is_secure

Message = dict[str, Any]
CHECK_IN, REPORT = "application/x-apple-aspen-mdm-checkin", "application/x-apple-aspen-mdm"
LOCK_AND_PASSCODE = 4  # bit of AccessRights: permits UnlockToken
MAX_COMMANDS = 100  # in one connection


@dataclass(frozen=True)
class MdmStyle:
    """What differs between devices on the wire. `charset` is appended to the content type,
    `sends_unlock_token` False is any TokenUpdate after the first, which leaves it out."""

    signature: SignatureShape = DEVICE
    charset: str = ""  # "; charset=UTF-8" has been seen
    sends_unlock_token: bool = True


APPLE_MDM = MdmStyle()


@dataclass
class MdmClient:
    """`payload`: the com.apple.mdm payload. `answered` lists RequestType and Status of every command in
    order."""

    payload: Mapping[str, Any]
    hardware: Hardware
    identity: Identity
    network: Network
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    style: MdmStyle = APPLE_MDM
    answered: list[tuple[str, str]] = field(default_factory=list)

    @property
    def rights(self) -> int:
        return int(self.payload["AccessRights"])

    def authenticate(self) -> Response:
        details = self.hardware.identity if self.rights & DEVICE_INFORMATION else {}
        return self.check_in("Authenticate", details)

    def token_update(self) -> Response:
        device = self.hardware
        token = {"Token": device.push_token, "PushMagic": device.push_magic, "AwaitingConfiguration": False}
        if self.rights & LOCK_AND_PASSCODE and self.style.sends_unlock_token:
            token["UnlockToken"] = device.unlock_token
        return self.check_in("TokenUpdate", token)

    def check_out(self) -> Response:
        return self.check_in("CheckOut", {})

    def check_in(self, message_type: str, details: Message) -> Response:
        """Send one check-in message; anything but 200 is an error, as in Settings."""
        message = {"MessageType": message_type, "Topic": self.payload["Topic"], "UDID": self.hardware.udid}
        url = self.payload.get("CheckInURL") or self.payload["ServerURL"]
        response = self.put(url, plistlib.dumps(message | details), CHECK_IN)
        if response.status != 200:
            raise PhoneError("MDM", f"{message_type} answered HTTP {response.status}")
        return response

    def idle_until_done(self, obey: Callable[[Message], Message]) -> list[str]:
        """One connection: Idle, then a report for every command, until the server has none. `obey` turns a
        Command into the report's keys (Status and results). Returns the RequestTypes in order."""
        seen: dict[str, str] = {}
        command = self.report({"Status": "Idle"})
        while command is not None:
            uuid, request = self._taken(command, seen)
            seen[uuid] = request["RequestType"]
            answer = {"Status": "NotNow"} if self.hardware.locked else obey(request)
            self.answered.append((request["RequestType"], answer["Status"]))
            command = self.report({"CommandUUID": uuid} | answer)
        return list(seen.values())

    def _taken(self, command: Message, seen: Mapping[str, str]) -> tuple[str, Message]:
        uuid, request = command.get("CommandUUID"), command.get("Command")
        if not isinstance(uuid, str) or not isinstance(request, dict) or "RequestType" not in request:
            raise PhoneError("MDM", "the server's answer is no command")
        if uuid in seen:
            raise PhoneError("MDM", f"{seen[uuid]} came twice in one connection")
        if len(seen) >= MAX_COMMANDS:
            raise PhoneError("MDM", f"more than {MAX_COMMANDS} commands in one connection")
        return uuid, request

    def report(self, message: Message) -> Message | None:
        """Send a Status and return the next command, None when there is none."""
        body = plistlib.dumps({"UDID": self.hardware.udid} | message)
        response = self.put(self.payload["ServerURL"], body, REPORT)
        if response.status != 200:
            raise PhoneError("MDM", f"{message['Status']} answered HTTP {response.status}")
        return _command(response.body) if response.body else None

    def put(self, url: str, body: bytes, content_type: str) -> Response:
        """A signed PUT, whatever the body; redirects are not followed."""
        if not is_secure(url):
            raise PhoneError("MDM", "the server's URL is not https")
        headers = {
            "User-Agent": "MDM/1.0",
            "Content-Type": content_type + self.style.charset,
            "Accept": "*/*",
        }
        if self.payload.get("SignMessage"):
            headers["Mdm-Signature"] = mdm_signature(
                body, self.identity, self.style.signature, now=self.clock()
            )
        return self.network.send(Request("MDM", "PUT", url, headers, body))


def _command(body: bytes) -> Message:
    try:
        command = plistlib.loads(body)
    except (plistlib.InvalidFileException, ExpatError, ValueError) as error:
        raise PhoneError("MDM", f"the server's answer is no property list: {error}") from error
    if not isinstance(command, dict):
        raise PhoneError("MDM", "the server's answer is no dictionary")
    return command
