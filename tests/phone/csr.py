"""The certification request (PKCS #10, RFC 2986) that the phone's SCEP client puts into its envelope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.phone import ber
from tests.phone.algorithms import DIGESTS
from tests.phone.ber import SEQUENCE, SET
from tests.phone.cms_build import attribute

Subject = Sequence[Sequence[Sequence[str]]]
ATTRIBUTE_TYPES = {
    name: f"2.5.4.{arc}" for name, arc in (("CN", 3), ("C", 6), ("L", 7), ("ST", 8), ("O", 10), ("OU", 11))
}
CHALLENGE_PASSWORD, EXTENSION_REQUEST = "1.2.840.113549.1.9.7", "1.2.840.113549.1.9.14"
KEY_USAGE = "2.5.29.15"
SIGNING, ENCRYPTION = 1, 4  # bits of "Key Usage" in the SCEP payload


@dataclass(frozen=True)
class CsrStyle:
    """`version` 0 is right (RFC 2986, v1); macOS was seen sending 2. Go's clients leave attributes
    unsorted."""

    version: int = 0
    sorted_attributes: bool = True
    challenge_as_utf8: bool = False


APPLE_CSR = CsrStyle()


def name(subject: Subject) -> bytes:
    return ber.tlv(SEQUENCE, *(ber.tlv(SET, *(_pair(*pair) for pair in relative)) for relative in subject))


def _pair(kind: str, text: str) -> bytes:
    return ber.tlv(SEQUENCE, ber.oid(ATTRIBUTE_TYPES.get(kind, kind)), ber.directory_string(text))


def _extension_request(usage: int) -> bytes:
    bits = (0x80 if usage & SIGNING else 0) | (0x20 if usage & ENCRYPTION else 0)
    key_usage = ber.tlv(ber.OCTET_STRING, ber.tlv(ber.BIT_STRING, bytes([5, bits])))
    extension = ber.tlv(SEQUENCE, ber.oid(KEY_USAGE), b"\x01\x01\xff", key_usage)
    return attribute(EXTENSION_REQUEST, ber.tlv(SEQUENCE, extension))


def _attributes(challenge: str, usage: int, style: CsrStyle) -> bytes:
    password = ber.utf8(challenge) if style.challenge_as_utf8 else ber.directory_string(challenge)
    found = [attribute(CHALLENGE_PASSWORD, password)] if challenge else []
    found += [_extension_request(usage)] if usage else []
    return ber.tlv(0xA0, *sorted(found, reverse=not style.sorted_attributes))


def certification_request(
    key: RSAPrivateKey, subject: Subject, *, challenge: str, usage: int = 0, style: CsrStyle = APPLE_CSR
) -> bytes:
    """DER. `subject` as in the SCEP payload; `usage` its "Key Usage"."""
    public_key = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    attributes = _attributes(challenge, usage, style)
    info = ber.tlv(SEQUENCE, ber.integer(style.version), name(subject), public_key, attributes)
    signature = key.sign(info, padding.PKCS1v15(), hashes.SHA256())
    algorithm = ber.algorithm(DIGESTS["sha256"].with_rsa)
    return ber.tlv(SEQUENCE, info, algorithm, ber.tlv(ber.BIT_STRING, b"\0", signature))
