"""The rules of the payloads that enroll: com.apple.mdm, SCEP, certificates (device-management schema)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509

from tests.phone.algorithms import FINGERPRINTS
from tests.phone.network import is_loopback, to_der

Payload = dict[str, Any]
SCEP, MDM = "com.apple.security.scep", "com.apple.mdm"
CERTIFICATES = ("com.apple.security.root", "com.apple.security.pem", "com.apple.security.pkcs1")
IDENTITIES = (SCEP, "com.apple.security.acme", "com.apple.security.pkcs12")
CAPABILITIES = ("com.apple.mdm.per-user-connections", "com.apple.mdm.bootstraptoken", "com.apple.mdm.token")
OTHER_ENROLLMENTS = ("EnrollmentMode", "AssignedManagedAppleID", "RequiredAppIDForMDM", "ManagedAppleID")
PINNING = ("ServerURLPinningCertificateUUIDs", "CheckInURLPinningCertificateUUIDs")
ALL_RIGHTS = 8191


def wrong(payload: Payload, key: str, kind: type, *, required: bool = False) -> Iterator[str]:
    """A sentence if `key` is not of its kind; an integer is no boolean and the other way round."""
    value = payload.get(key)
    if value is None:
        if required:
            yield f"{key} is missing"
    elif not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        yield f"{key} is not {kind.__name__}"


def is_secure(url: object) -> bool:
    """https, or http to this very machine (demonstration and tests)."""
    parts = urlsplit(str(url))
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    )


def _mdm(payload: Payload, payloads: list[Payload]) -> Iterator[str]:
    yield from _urls(payload)
    yield from _identity(payload, payloads)
    if not str(payload.get("Topic", "")).startswith("com.apple.mgmt."):
        yield "Topic does not begin with com.apple.mgmt."
    yield from _rights(payload.get("AccessRights"))
    for key in ("SignMessage", "CheckOutWhenRemoved", "UseDevelopmentAPNS", "PinningRevocationCheckRequired"):
        yield from wrong(payload, key, bool)
    yield from (f"{key} belongs to another kind of enrollment" for key in OTHER_ENROLLMENTS if key in payload)
    yield from _capabilities(payload.get("ServerCapabilities", []))
    for key in PINNING:
        yield from _pinned(key, payload.get(key, []), payloads)


def _urls(payload: Payload) -> Iterator[str]:
    yield from wrong(payload, "ServerURL", str, required=True)
    for key in ("ServerURL", "CheckInURL"):
        if key in payload and not is_secure(payload[key]):
            yield f"{key} is not https"


def _identity(payload: Payload, payloads: list[Payload]) -> Iterator[str]:
    wanted = payload.get("IdentityCertificateUUID")
    named = [item for item in payloads if wanted is not None and item.get("PayloadUUID") == wanted]
    if not named:
        yield "IdentityCertificateUUID names no payload of this profile"
    elif named[0].get("PayloadType") not in IDENTITIES:
        yield "IdentityCertificateUUID names a payload that is no identity"


def _rights(rights: object) -> Iterator[str]:
    if not isinstance(rights, int) or isinstance(rights, bool) or not 0 < rights <= ALL_RIGHTS:
        yield f"AccessRights is not between 1 and {ALL_RIGHTS}"
        return
    for right, needed in ((2, 1), (128, 64)):
        if rights & right and not rights & needed:
            yield f"AccessRights: {right} needs {needed}"


def _capabilities(capabilities: object) -> Iterator[str]:
    if not isinstance(capabilities, list) or set(map(str, capabilities)) - set(CAPABILITIES):
        yield "ServerCapabilities names an unknown capability"


def _pinned(key: str, uuids: list[str], payloads: list[Payload]) -> Iterator[str]:
    known = {item.get("PayloadUUID") for item in payloads if item.get("PayloadType") in CERTIFICATES}
    if set(uuids) - known:
        yield f"{key} names no certificate payload of this profile"


def _scep(payload: Payload, payloads: list[Payload]) -> Iterator[str]:
    content = payload.get("PayloadContent")
    if not isinstance(content, dict):
        yield "PayloadContent is not a dictionary"
        return
    yield from wrong(content, "URL", str, required=True)
    for key, kind in (("Name", str), ("Challenge", str), ("Retries", int), ("RetryDelay", int)):
        yield from wrong(content, key, kind)
    yield from _key(content)
    yield from _subject(content.get("Subject", []))
    fingerprint = content.get("CAFingerprint")
    if fingerprint is not None and (
        not isinstance(fingerprint, bytes) or len(fingerprint) not in FINGERPRINTS
    ):
        yield "CAFingerprint has the length of no digest"


def _key(content: Payload) -> Iterator[str]:
    if content.get("Keysize", 1024) not in (1024, 2048, 4096):
        yield "Keysize is not 1024, 2048 or 4096"
    if content.get("Key Type") != "RSA":
        yield "Key Type (with its space) is not RSA"
    if content.get("Key Usage", 0) not in (0, 1, 4, 5):
        yield "Key Usage is not made of 1 (signing) and 4 (encryption)"
    yield from (f"{key} is ignored, {meant} is meant" for key, meant in MISSPELT.items() if key in content)


MISSPELT = {"KeyType": "Key Type", "KeyUsage": "Key Usage", "KeySize": "Keysize"}


def _subject(subject: object) -> Iterator[str]:
    """[[["O", "Northwind"]], [["CN", "device"]]]: names, each a list of pairs."""
    try:
        pairs = [(key, value) for name in subject for key, value in name]  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        yield "Subject is not an array of arrays of pairs"
        return
    if not all(isinstance(part, str) for pair in pairs for part in pair):
        yield "Subject holds something that is not text"


def _certificate(payload: Payload, payloads: list[Payload]) -> Iterator[str]:
    content = payload.get("PayloadContent")
    is_pem = payload.get("PayloadType") == "com.apple.security.pem"
    if not isinstance(content, bytes) or content.lstrip().startswith(b"-----") != is_pem:
        yield f"PayloadContent is not a certificate in {'PEM' if is_pem else 'DER'}"
        return
    try:
        certificate = x509.load_der_x509_certificate(to_der(content))
    except ValueError:
        yield "PayloadContent is no certificate"
        return
    if payload.get("PayloadType") == "com.apple.security.root" and certificate.subject != certificate.issuer:
        yield "the certificate is no root"


PAYLOAD_RULES: dict[str, Callable[[Payload, list[Payload]], Iterator[str]]] = {
    MDM: _mdm,
    SCEP: _scep,
    **dict.fromkeys(CERTIFICATES, _certificate),
}
