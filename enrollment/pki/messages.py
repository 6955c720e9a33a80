"""CMS (RFC 5652) and PKCS#10 (RFC 2986) messages once they are read, and how each is checked or opened."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from . import ciphers
from .errors import PkiError
from .keys import verify_signature

CONTENT_TYPE = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
OCTET_STRING, OBJECT_IDENTIFIER, UTF8_STRING, PRINTABLE_STRING = 0x04, 0x06, 0x0C, 0x13  # tags
ID_DATA = bytes.fromhex("2a864886f70d010701")  # contents octets of 1.2.840.113549.1.7.1

# What signs, by object identifier: the digest it implies, or None where the digest is named beside it.
signature_algorithms: dict[str, str | None] = {
    "1.2.840.113549.1.1.1": None,  # rsaEncryption
    "1.2.840.113549.1.1.5": "sha1",
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10045.4.1": "sha1",  # ecdsa-with-SHA1, and its successors
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}


class Value(NamedTuple):
    """The single value of an attribute: its tag octet and its contents octets."""

    tag: int
    contents: bytes


@dataclass(frozen=True)
class SignedMessage:
    content: bytes | None = field(repr=False)  # None: detached
    digest: str
    signer_certificate: bytes = field(repr=False)  # DER
    signature: bytes = field(repr=False)
    attributes: Mapping[str, Value]
    signed_attributes: bytes | None = field(repr=False)  # as signed: DER of a SET

    def attribute(self, identifier: str, tag: int) -> bytes:
        value = self.attributes.get(identifier)
        if value is None or value.tag != tag:
            raise PkiError(f"attribute {identifier} missing or of another type")
        return value.contents

    def verify(self, public_key: object, content: bytes) -> None:
        """The signature over content, directly or through the signed attributes (RFC 5652, 5.4 and 5.6)."""
        signed = content
        if self.signed_attributes is not None:
            self._compare_attributes(content)
            signed = self.signed_attributes
        verify_signature(public_key, signature=self.signature, content=signed, digest=self.digest)

    def _compare_attributes(self, content: bytes) -> None:
        if self.attribute(CONTENT_TYPE, OBJECT_IDENTIFIER) != ID_DATA:
            raise PkiError("contentType is another one")
        actual = hashlib.new(self.digest, content).digest()
        if not compare_digest(self.attribute(MESSAGE_DIGEST, OCTET_STRING), actual):
            raise PkiError("messageDigest does not match")


@dataclass(frozen=True)
class EnvelopedMessage:
    cipher: str
    encrypted_key: bytes = field(repr=False)
    iv: bytes = field(repr=False)
    encrypted_content: bytes = field(repr=False)

    def open(self, private_key: RSAPrivateKey) -> bytes:
        key = ciphers.unwrap_key(self.encrypted_key, cipher=self.cipher, private_key=private_key)
        return ciphers.decrypt(self.encrypted_content, cipher=self.cipher, key=key, iv=self.iv)


@dataclass(frozen=True)
class CertificationRequest:
    public_key_info: bytes = field(repr=False)  # SubjectPublicKeyInfo, DER
    challenge: str | None = field(repr=False)
    digest: str
    signature: bytes = field(repr=False)
    signed: bytes = field(repr=False)  # CertificationRequestInfo as it was sent

    def verify(self, public_key: object) -> None:
        """Proof that the sender has the private key."""
        verify_signature(public_key, signature=self.signature, content=self.signed, digest=self.digest)
