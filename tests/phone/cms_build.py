"""Writing CMS messages (RFC 5652) in DER, or in indefinite-length BER as Apple's devices do."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from tests.phone import ber, tlv
from tests.phone.algorithms import CIPHERS, DIGESTS, RSA_ENCRYPTION, Digest
from tests.phone.ber import SEQUENCE, SET, Encoding

DATA, SIGNED_DATA, ENVELOPED_DATA = (f"1.2.840.113549.1.7.{number}" for number in (1, 2, 3))
CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = (f"1.2.840.113549.1.9.{number}" for number in (3, 4, 5))
EXPLICIT_0 = 0xA0
IMPLICIT_0 = 0x80


@dataclass(frozen=True)
class Identity:
    """A certificate (DER) with its private key."""

    certificate: bytes
    key: RSAPrivateKey

    @property
    def issuer_and_serial(self) -> bytes:
        return issuer_and_serial(self.certificate)


def issuer_and_serial(certificate: bytes) -> bytes:
    """IssuerAndSerialNumber with the very octets of the certificate."""
    fields = tlv.read(certificate)[0].children
    serial, _, issuer = fields[1:4] if fields[0].tag == EXPLICIT_0 else fields[0:3]
    return ber.tlv(SEQUENCE, issuer.raw, serial.raw)


def attribute(dotted: str, *values: bytes) -> bytes:
    return ber.tlv(SEQUENCE, ber.oid(dotted), ber.tlv(SET, *sorted(values)))


def sign(
    content: bytes,
    signer: Identity,
    *,
    digest: str,
    encoding: Encoding,
    detached: bool = False,
    attributes: Iterable[bytes] | None = None,
) -> bytes:
    """ContentInfo with SignedData of one signer. `attributes` None: the signature stands directly over the
    content; otherwise contentType and messageDigest are added to the given ones."""
    chosen = DIGESTS[digest]
    encapsulated = b"" if detached else encoding.wrap(EXPLICIT_0, encoding.octets(content))
    signed_data = encoding.wrap(
        SEQUENCE,
        ber.integer(1),
        ber.tlv(SET, ber.algorithm(chosen.oid)),
        encoding.wrap(SEQUENCE, ber.oid(DATA), encapsulated),
        encoding.wrap(EXPLICIT_0, signer.certificate),
        ber.tlv(SET, _signer_info(content, signer, chosen, attributes)),
    )
    return _content_info(SIGNED_DATA, signed_data, encoding)


def _content_info(content_type: str, content: bytes, encoding: Encoding) -> bytes:
    return encoding.wrap(SEQUENCE, ber.oid(content_type), encoding.wrap(EXPLICIT_0, content))


def _signer_info(
    content: bytes, signer: Identity, digest: Digest, attributes: Iterable[bytes] | None
) -> bytes:
    signed_attributes, to_be_signed, algorithm = b"", content, digest.with_rsa
    if attributes is not None:
        to_be_signed = _signed_attributes(content, digest, attributes)
        signed_attributes, algorithm = bytes([EXPLICIT_0]) + to_be_signed[1:], RSA_ENCRYPTION
    return ber.tlv(
        SEQUENCE,
        ber.integer(1),
        signer.issuer_and_serial,
        ber.algorithm(digest.oid),
        signed_attributes,
        ber.algorithm(algorithm),
        ber.tlv(ber.OCTET_STRING, signer.key.sign(to_be_signed, padding.PKCS1v15(), digest.hash)),
    )


def _signed_attributes(content: bytes, digest: Digest, attributes: Iterable[bytes]) -> bytes:
    """The attributes as a DER SET OF: what the signature covers (RFC 5652, 5.4)."""
    content_type = attribute(CONTENT_TYPE, ber.oid(DATA))
    message_digest = attribute(MESSAGE_DIGEST, ber.tlv(ber.OCTET_STRING, digest.of(content)))
    return ber.tlv(SET, *sorted([content_type, message_digest, *attributes]))


def envelop(content: bytes, recipient: bytes, *, cipher: str, encoding: Encoding) -> bytes:
    """ContentInfo with EnvelopedData for one RSA recipient, given by its certificate (DER)."""
    chosen = CIPHERS[cipher]
    key, iv = secrets.token_bytes(chosen.key_size), secrets.token_bytes(chosen.block_size)
    encrypted = chosen.encrypt(content, key, iv)
    enveloped = encoding.wrap(
        SEQUENCE,
        ber.integer(0),
        ber.tlv(SET, _recipient_info(recipient, key)),
        encoding.wrap(
            SEQUENCE,
            ber.oid(DATA),
            ber.algorithm(chosen.oid, ber.tlv(ber.OCTET_STRING, iv)),
            encoding.octets(encrypted, IMPLICIT_0),
        ),
    )
    return _content_info(ENVELOPED_DATA, enveloped, encoding)


def _recipient_info(recipient: bytes, content_key: bytes) -> bytes:
    public_key = x509.load_der_x509_certificate(recipient).public_key()
    if not isinstance(public_key, RSAPublicKey):
        raise ValueError("the recipient's key is not RSA")
    return ber.tlv(
        SEQUENCE,
        ber.integer(0),
        issuer_and_serial(recipient),
        ber.algorithm(RSA_ENCRYPTION),
        ber.tlv(ber.OCTET_STRING, public_key.encrypt(content_key, padding.PKCS1v15())),
    )
