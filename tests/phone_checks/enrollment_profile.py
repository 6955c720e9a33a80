"""A profile that iOS installs, for tests to spoil, and its signature as another program makes it."""

from __future__ import annotations

import hashlib
import plistlib
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from tests.phone_checks.authority import INTERMEDIATE, PROFILE_SIGNER, ROOT, Pair

Payload = dict[str, Any]
CHALLENGE = "open sesame 42"


def payload(kind: str, number: int, **more: Any) -> Payload:
    common = {
        "PayloadType": kind,
        "PayloadVersion": 1,
        "PayloadIdentifier": f"test.double.{number}",
        "PayloadUUID": f"00000000-0000-4000-8000-{number:012d}",
    }
    return common | more


def scep_payload(base: str) -> Payload:
    content = {
        "URL": f"{base}/scep",
        "Name": "double",
        "Subject": [[["O", "Double"]], [["CN", "device"]]],
        "Challenge": CHALLENGE,
        "Keysize": 2048,
        "Key Type": "RSA",
        "Key Usage": 5,
        "CAFingerprint": hashlib.sha256(ROOT.der).digest(),
    }
    return payload("com.apple.security.scep", 1, PayloadContent=content)


def mdm_payload(base: str, scep: Payload) -> Payload:
    return payload(
        "com.apple.mdm",
        2,
        IdentityCertificateUUID=scep["PayloadUUID"],
        Topic="com.apple.mgmt.External.double",
        ServerURL=f"{base}/connect",
        CheckInURL=f"{base}/check-in",
        SignMessage=True,
        AccessRights=8191,
        CheckOutWhenRemoved=True,
    )


def enrollment_profile(base: str) -> Payload:
    scep = scep_payload(base)
    root = payload("com.apple.security.root", 3, PayloadContent=ROOT.der)
    content = [scep, mdm_payload(base, scep), root]
    return payload("Configuration", 4, PayloadContent=content, PayloadDisplayName="Double School")


def certificate_profile(certificate: Pair) -> Payload:
    content = [payload("com.apple.security.root", 5, PayloadContent=certificate.der)]
    return payload("Configuration", 6, PayloadContent=content, PayloadDisplayName="Double CA")


def sign_plist(
    profile: Payload, signer: Pair = PROFILE_SIGNER, chain: Sequence[Pair] = (INTERMEDIATE,)
) -> bytes:
    return sign_bytes(plistlib.dumps(profile), signer, chain)


def sign_bytes(
    content: bytes, signer: Pair = PROFILE_SIGNER, chain: Sequence[Pair] = (INTERMEDIATE,)
) -> bytes:
    builder = PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(signer.certificate, signer.key, hashes.SHA256())
    for link in chain:
        builder = builder.add_certificate(link.certificate)
    return builder.sign(Encoding.DER, [PKCS7Options.Binary])
