"""A message under its Mdm-Signature, verified and refused."""

import base64

import pytest

from enrollment.pki.authority import Authority
from enrollment.pki.errors import PkiError
from enrollment.pki.signature import DeviceSignature

from .certificates import NOW
from .senders import Signed

BODY = b'<?xml version="1.0"?><plist version="1.0"><dict><key>MessageType</key></dict></plist>'


def verify(message: Signed | bytes, authority: Authority, *, body: bytes = BODY) -> None:
    encoded = message if isinstance(message, bytes) else message.encode()
    signature = DeviceSignature.parse(base64.b64encode(encoded).decode())
    signature.verify(body, issuer=authority.certificate, now=NOW)


def refused(message: Signed | bytes, authority: Authority, *, body: bytes = BODY) -> str:
    with pytest.raises(PkiError) as caught:
        verify(message, authority, body=body)
    return caught.value.reason
