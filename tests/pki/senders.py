"""What devices send: signed messages in Apple's shape and in that of simulators, and SCEP requests."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .der import (
    attribute,
    bits,
    chunked_octets,
    indefinite,
    integer,
    octets,
    oid,
    printable,
    sequence,
    set_of,
    tlv,
)

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

DATA, SIGNED_DATA, ENVELOPED_DATA = (f"1.2.840.113549.1.7.{number}" for number in (1, 2, 3))
CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = (f"1.2.840.113549.1.9.{number}" for number in (3, 4, 5))
CHALLENGE_PASSWORD, EXTENSION_REQUEST = "1.2.840.113549.1.9.7", "1.2.840.113549.1.9.14"
RSA_ENCRYPTION = "1.2.840.113549.1.1.1"
SCEP = "2.16.840.1.113733.1.9."
NULL = tlv(0x05)

DIGEST = {
    "md5": "1.2.840.113549.2.5",
    "sha1": "1.3.14.3.2.26",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
HASH = {
    "md5": hashes.MD5(),
    "sha1": hashes.SHA1(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
SHA1_WITH_RSA, SHA256_WITH_RSA = "1.2.840.113549.1.1.5", "1.2.840.113549.1.1.11"
ECDSA_WITH = {"sha1": "1.2.840.10045.4.1", "sha256": "1.2.840.10045.4.3.2", "sha384": "1.2.840.10045.4.3.3"}


def sign(key: Key, content: bytes, digest: str) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(content, padding.PKCS1v15(), HASH[digest])
    return key.sign(content, ec.ECDSA(HASH[digest]))


def algorithm(identifier: str) -> bytes:
    return sequence(oid(identifier), NULL)


def issuer_and_serial_number(certificate: x509.Certificate) -> bytes:
    return sequence(certificate.issuer.public_bytes(), integer(certificate.serial_number))


@dataclass(frozen=True)
class Signed:
    """A SignedData message that a test can get wrong in every field."""

    content: bytes
    certificate: x509.Certificate
    key: Key
    digest: str = "sha1"
    attributes: tuple[bytes, ...] | None = None  # None: the content is signed directly
    attached: bool = False
    ber: bool = False
    signers: int = 1
    certificates: tuple[x509.Certificate, ...] | None = None
    signature_algorithm: str | None = None
    unsorted: bool = False
    content_type: str = DATA

    def encode(self) -> bytes:
        wrap = indefinite if self.ber else tlv
        signed_data = wrap(
            0x30,
            integer(1),
            set_of(algorithm(DIGEST[self.digest])),
            self.encapsulated(),
            tlv(0xA0, *(each.public_bytes(Encoding.DER) for each in self.sent_certificates())),
            tlv(0x31, self.signer() * self.signers),
        )
        return wrap(0x30, oid(SIGNED_DATA), wrap(0xA0, signed_data))

    def header(self) -> str:
        return base64.b64encode(self.encode()).decode()

    def sent_certificates(self) -> tuple[x509.Certificate, ...]:
        return (self.certificate,) if self.certificates is None else self.certificates

    def encapsulated(self) -> bytes:
        if not self.attached:
            return (indefinite if self.ber else tlv)(0x30, oid(self.content_type))
        if self.ber:
            return indefinite(0x30, oid(self.content_type), indefinite(0xA0, chunked_octets(self.content)))
        return sequence(oid(self.content_type), tlv(0xA0, octets(self.content)))

    def signer(self) -> bytes:
        attributes = self.signed_attributes()
        return sequence(
            integer(1),
            issuer_and_serial_number(self.certificate),
            algorithm(DIGEST[self.digest]),
            self.sent_attributes(),
            algorithm(self.signature_algorithm or self.own_signature_algorithm()),
            octets(sign(self.key, self.content if attributes is None else attributes, self.digest)),
        )

    def own_signature_algorithm(self) -> str:
        return RSA_ENCRYPTION if isinstance(self.key, rsa.RSAPrivateKey) else ECDSA_WITH[self.digest]

    def sent_attributes(self) -> bytes:
        attributes = self.signed_attributes()
        return b"" if attributes is None else b"\xa0" + attributes[1:]

    def signed_attributes(self) -> bytes | None:
        if self.attributes is None:
            return None
        return tlv(0x31, *self.attributes) if self.unsorted else set_of(*self.attributes)


def usual_attributes(content: bytes, digest: str = "sha1", *more: bytes) -> tuple[bytes, ...]:
    return (
        attribute(CONTENT_TYPE, oid(DATA)),
        attribute(MESSAGE_DIGEST, octets(hashlib.new(digest, content).digest())),
        attribute(SIGNING_TIME, tlv(0x17, b"260901080300Z")),
        *more,
    )


def apple_signature(body: bytes, certificate: x509.Certificate, key: Key) -> Signed:
    """Mdm-Signature of an iPhone: BER, SHA-1, directly over the body."""
    return Signed(body, certificate, key, ber=True, signature_algorithm=SHA1_WITH_RSA)


def simulator_signature(body: bytes, certificate: x509.Certificate, key: Key, digest: str = "sha1") -> Signed:
    """Mdm-Signature of a simulator: DER, with signed attributes."""
    return Signed(body, certificate, key, digest=digest, attributes=usual_attributes(body, digest))


CIPHER = {
    "aes128": ("2.16.840.1.101.3.4.1.2", AES, 16, 16, 1),
    "aes256": ("2.16.840.1.101.3.4.1.42", AES, 32, 16, 1),
    "3des": ("1.2.840.113549.3.7", TripleDES, 24, 8, 1),
    "des": ("1.3.14.3.2.7", TripleDES, 8, 8, 3),
}


@dataclass(frozen=True)
class ScepClient:
    """A device that asks for a certificate."""

    authority: x509.Certificate  # from GetCACert
    key: Key  # to be certified
    signer: x509.Certificate
    signer_key: rsa.RSAPrivateKey
    challenge: bytes | None = field(default_factory=lambda: printable(b"correct horse"))
    cipher: str = "aes128"
    digest: str = "sha256"
    ber: bool = False
    message_type: bytes = b"19"
    transaction_id: bytes = b"0123456789ABCDEF0123456789ABCDEF01234567"
    sender_nonce: bytes = b"sixteen bytes..."
    csr_version: int = 0
    csr_unsorted: bool = False

    def request(self) -> bytes:
        return self.message(self.envelope(self.csr()))

    def message(self, content: bytes) -> bytes:
        return self.signed(content).encode()

    def signed(self, content: bytes) -> Signed:
        return Signed(
            content,
            self.signer,
            self.signer_key,
            digest=self.digest,
            attributes=usual_attributes(content, self.digest, *self.scep_attributes()),
            attached=True,
            ber=self.ber,
        )

    def scep_attributes(self) -> tuple[bytes, ...]:
        return (
            attribute(SCEP + "2", printable(self.message_type)),
            attribute(SCEP + "5", octets(self.sender_nonce)),
            attribute(SCEP + "7", printable(self.transaction_id)),
        )

    def csr(self, *, signing_key: Key | None = None, attributes: tuple[bytes, ...] | None = None) -> bytes:
        if attributes is None:
            attributes = (attribute(EXTENSION_REQUEST, sequence()),)
            if self.challenge is not None:
                attributes += (attribute(CHALLENGE_PASSWORD, self.challenge),)
        if self.csr_unsorted:
            attributes = tuple(sorted(attributes, reverse=True))
        info = sequence(
            integer(self.csr_version),
            sequence(),
            self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            tlv(0xA0, *attributes),
        )
        signature = sign(signing_key or self.key, info, "sha256")
        name = SHA256_WITH_RSA if isinstance(self.key, rsa.RSAPrivateKey) else ECDSA_WITH["sha256"]
        return sequence(info, algorithm(name), bits(signature))

    def envelope(self, content: bytes, *, key: bytes | None = None, wrapped: bytes | None = None) -> bytes:
        identifier, kind, key_size, block, times = CIPHER[self.cipher]
        key = key or secrets.token_bytes(key_size)
        iv = secrets.token_bytes(block)
        padder = PKCS7(block * 8).padder()
        encryptor = Cipher(kind(key * times), modes.CBC(iv)).encryptor()
        encrypted = encryptor.update(padder.update(content) + padder.finalize()) + encryptor.finalize()
        return self.enveloped(identifier, iv, encrypted, self.wrap(key) if wrapped is None else wrapped)

    def wrap(self, key: bytes) -> bytes:
        public_key = self.authority.public_key()
        assert isinstance(public_key, rsa.RSAPublicKey)
        return public_key.encrypt(key, padding.PKCS1v15())

    def enveloped(
        self, identifier: str, iv: bytes, encrypted: bytes, wrapped: bytes, recipients: int = 1
    ) -> bytes:
        wrap = indefinite if self.ber else tlv
        recipient = sequence(
            integer(0),
            issuer_and_serial_number(self.authority),
            algorithm(RSA_ENCRYPTION),
            octets(wrapped),
        )
        encrypted_content = chunked_octets(encrypted, tag=0xA0) if self.ber else tlv(0x80, encrypted)
        info = wrap(0x30, oid(DATA), sequence(oid(identifier), octets(iv)), encrypted_content)
        return wrap(
            0x30,
            oid(ENVELOPED_DATA),
            wrap(0xA0, wrap(0x30, integer(0), tlv(0x31, recipient * recipients), info)),
        )
