"""A double of an MDM server: openssl verifies every message, commands come from a list."""

from __future__ import annotations

import base64
import plistlib
from dataclasses import dataclass, field
from typing import Any

from tests.phone_checks.double import Asked, Reply
from tests.phone_checks.openssl import verify_detached

Message = dict[str, Any]


def command(number: int, request_type: str, **arguments: Any) -> Message:
    return {"CommandUUID": f"command-{number}", "Command": {"RequestType": request_type} | arguments}


@dataclass
class DoubleMdm:
    """`queue` holds what is still to be sent, `refused` the MessageType that gets a 500."""

    queue: list[Message] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    refused: str = ""

    def serve(self, asked: Asked) -> Reply:
        signature = base64.b64decode(asked.headers["Mdm-Signature"], validate=True)
        assert verify_detached(signature, asked.body) == asked.body
        message = plistlib.loads(asked.body)
        self.messages.append(message)
        if message.get("MessageType") == self.refused:
            return Reply(b"", status=500)
        if "Status" in message and self.queue:
            return Reply(plistlib.dumps(self.queue.pop(0)), "application/xml")
        return Reply(b"", "application/xml")

    @property
    def said(self) -> list[str]:
        return [str(message.get("MessageType") or message["Status"]) for message in self.messages]
