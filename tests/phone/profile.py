"""A configuration profile: signature checked, property list read, rules checked."""

from __future__ import annotations

import plistlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.parsers.expat import ExpatError

from tests.phone.cms_build import DATA
from tests.phone.cms_read import BadMessage, SignedData, only_signer, read_signed_data, verify
from tests.phone.errors import PhoneError
from tests.phone.network import to_der
from tests.phone.payload_rules import CERTIFICATES, MDM
from tests.phone.profile_rules import problems
from tests.phone.trust import leads_to

Payload = dict[str, Any]
STRONG = (28, 32, 48, 64)  # octets of SHA-2 digests; Settings takes no SHA-1 under a profile


@dataclass(frozen=True)
class Profile:
    """`verified`: the chain leads to a root the phone trusts; otherwise Settings writes "Not Verified"."""

    content: Payload
    verified: bool
    signer: bytes
    data: bytes  # as downloaded

    @property
    def identifier(self) -> str:
        return str(self.content["PayloadIdentifier"])

    @property
    def name(self) -> str:
        return str(self.content.get("PayloadDisplayName", self.identifier))

    @property
    def payloads(self) -> list[Payload]:
        return list(self.content["PayloadContent"])

    @property
    def mdm(self) -> Payload | None:
        return next((payload for payload in self.payloads if payload["PayloadType"] == MDM), None)

    @property
    def certificates(self) -> list[bytes]:
        """DER of the certificate payloads, in their order."""
        return [
            to_der(item["PayloadContent"]) for item in self.payloads if item["PayloadType"] in CERTIFICATES
        ]

    @property
    def identity_payload(self) -> Payload:
        """The payload that the MDM payload takes its identity from."""
        assert self.mdm is not None
        wanted = self.mdm["IdentityCertificateUUID"]
        return next(payload for payload in self.payloads if payload["PayloadUUID"] == wanted)


def read_profile(data: bytes, *, roots: Sequence[bytes], now: datetime) -> Profile:
    """`roots` in DER. Stricter than iOS in one thing: an unsigned profile is refused, not marked "Not
    Signed"."""
    try:
        content, signer, message = _signed_content(data)
    except BadMessage as error:
        raise PhoneError("Settings", f"invalid profile: {error}") from error
    plist = _read_plist(content)
    if found := problems(plist):
        raise PhoneError("Settings", "invalid profile: " + "; ".join(found))
    return Profile(plist, leads_to(roots, signer, message.certificates, now=now), signer, data)


def _signed_content(data: bytes) -> tuple[bytes, bytes, SignedData]:
    if data.lstrip()[:1] == b"<" or data.startswith(b"bplist"):
        raise BadMessage("it is not signed")
    message = read_signed_data(data)
    if message.content is None or message.content_type != DATA:
        raise BadMessage("the signature is detached or over something else")
    info, certificate = only_signer(message)
    if info.digest.hash.digest_size not in STRONG:
        raise BadMessage("the digest is not SHA-2")
    verify(info, message.content, message.content_type, certificate)
    return message.content, certificate, message


def _read_plist(content: bytes) -> Payload:
    try:
        plist = plistlib.loads(content)
    except (plistlib.InvalidFileException, ExpatError, ValueError) as error:
        raise PhoneError("Settings", f"invalid profile: no property list ({error})") from error
    if not isinstance(plist, dict):
        raise PhoneError("Settings", "invalid profile: not a dictionary")
    return plist
