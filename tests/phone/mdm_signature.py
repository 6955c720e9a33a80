"""The Mdm-Signature header: a detached CMS signature over the body, in the shapes seen on the wire."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime

from tests.phone import ber
from tests.phone.cms_build import SIGNING_TIME, Identity, attribute, sign


@dataclass(frozen=True)
class SignatureShape:
    encoding: ber.Encoding
    digest: str
    signed_attributes: bool


DEVICE = SignatureShape(ber.BER, "sha1", signed_attributes=False)  # iPhone and iPad
SIMULATOR = SignatureShape(ber.DER, "sha1", signed_attributes=True)  # simulators written in Go


def mdm_signature(body: bytes, identity: Identity, shape: SignatureShape, *, now: datetime) -> str:
    time = ber.tlv(ber.UTC_TIME, now.strftime("%y%m%d%H%M%SZ").encode())
    attributes = [attribute(SIGNING_TIME, time)] if shape.signed_attributes else None
    message = sign(
        body, identity, digest=shape.digest, encoding=shape.encoding, detached=True, attributes=attributes
    )
    return base64.b64encode(message).decode()
