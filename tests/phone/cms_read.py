"""Reading CMS messages (RFC 5652): who signed what, and whether the signature holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from tests.phone import ber, tlv
from tests.phone.algorithms import CIPHERS, Digest, digest_by_oid
from tests.phone.cms_build import (
    CONTENT_TYPE,
    ENVELOPED_DATA,
    EXPLICIT_0,
    MESSAGE_DIGEST,
    SIGNED_DATA,
    Identity,
    issuer_and_serial,
)
from tests.phone.tlv import BadEncoding, Node

T = TypeVar("T")


class BadMessage(Exception):
    """The message is not the CMS that was expected, or its signature does not hold."""


@dataclass(frozen=True)
class SignerInfo:
    issuer_and_serial: bytes
    digest: Digest
    attributes: Mapping[str, Node] | None  # first value by attribute OID
    attributes_der: bytes  # SET OF, as signed
    signature: bytes


@dataclass(frozen=True)
class SignedData:
    content_type: str
    content: bytes | None  # None: detached or degenerate
    certificates: tuple[bytes, ...]
    signers: tuple[SignerInfo, ...]


def read_signed_data(data: bytes) -> SignedData:
    return _reading(lambda: _signed_data(_content(data, SIGNED_DATA)))


def _reading(read: Callable[[], T]) -> T:
    try:
        return read()
    except (BadEncoding, IndexError, ValueError) as error:
        raise BadMessage(f"not the CMS message it should be: {error}") from error


def _content(data: bytes, content_type: str) -> Node:
    info = tlv.read(data).expect(ber.SEQUENCE)
    if info[0].oid != content_type:
        raise BadEncoding(f"content type {info[0].oid}")
    return info[1].expect(EXPLICIT_0)[0]


def _signed_data(node: Node) -> SignedData:
    _, digests, encapsulated, *optional, signers = node.children
    for algorithm in digests.expect(ber.SET).children:
        _digest(algorithm)
    content = encapsulated[1][0].octets if len(encapsulated.children) > 1 else None
    certificates = [child.raw for part in optional if part.tag == EXPLICIT_0 for child in part.children]
    infos = tuple(_signer_info(info) for info in signers.expect(ber.SET).children)
    return SignedData(encapsulated[0].oid, content, tuple(certificates), infos)


def _digest(algorithm: Node) -> Digest:
    digest = digest_by_oid(algorithm[0].oid)
    if digest is None:
        raise BadEncoding(f"{algorithm[0].oid} is no plain digest algorithm")
    return digest


def _signer_info(node: Node) -> SignerInfo:
    _, identifier, digest, *rest = node.children
    attributes = next((part for part in rest if part.tag == EXPLICIT_0), None)
    signature = next(part for part in rest if part.tag == ber.OCTET_STRING)
    values = {a[0].oid: a[1][0] for a in attributes.children} if attributes else None
    der = bytes([ber.SET]) + attributes.raw[1:] if attributes else b""
    return SignerInfo(identifier.raw, _digest(digest), values, der, signature.octets)


def only_signer(message: SignedData) -> tuple[SignerInfo, bytes]:
    """The one signer and the certificate (DER) that the message carries for it."""
    if len(message.signers) != 1:
        raise BadMessage(f"{len(message.signers)} signers instead of one")
    signer = message.signers[0]
    for certificate in message.certificates:
        if issuer_and_serial(certificate) == signer.issuer_and_serial:
            return signer, certificate
    raise BadMessage("the signer's certificate is not in the message")


def verify(signer: SignerInfo, content: bytes, content_type: str, certificate: bytes) -> None:
    """Raise BadMessage unless `signer` signed `content` with the key of `certificate`."""
    if signer.attributes is not None:
        _check_attributes(signer, signer.attributes, content, content_type)
    signed = content if signer.attributes is None else signer.attributes_der
    try:
        _verify_with(certificate, signer, signed)
    except InvalidSignature:
        raise BadMessage("the signature does not hold") from None


def _check_attributes(
    signer: SignerInfo, attributes: Mapping[str, Node], content: bytes, content_type: str
) -> None:
    digest, named = attributes.get(MESSAGE_DIGEST), attributes.get(CONTENT_TYPE)
    if digest is None or digest.octets != signer.digest.of(content):
        raise BadMessage("messageDigest is not the digest of the content")
    if named is None or named.oid != content_type:
        raise BadMessage("contentType is not the type of the content")


def _verify_with(certificate: bytes, signer: SignerInfo, signed: bytes) -> None:
    key = x509.load_der_x509_certificate(certificate).public_key()
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signer.signature, signed, padding.PKCS1v15(), signer.digest.hash)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signer.signature, signed, ec.ECDSA(signer.digest.hash))
    else:
        raise BadMessage("the signer's key is neither RSA nor EC")


def open_envelope(data: bytes, recipient: Identity) -> bytes:
    """Content of an EnvelopedData that `recipient` can read."""
    return _reading(lambda: _open(_content(data, ENVELOPED_DATA), recipient))


def _open(node: Node, recipient: Identity) -> bytes:
    _, recipients, encrypted = node.children
    mine = [info for info in recipients.children if info[1].raw == recipient.issuer_and_serial]
    if not mine:
        raise BadMessage("the envelope is not addressed to the certificate that signed the request")
    key = recipient.key.decrypt(mine[0][3].octets, padding.PKCS1v15())
    cipher = next((known for known in CIPHERS.values() if known.oid == encrypted[1][0].oid), None)
    if cipher is None:
        raise BadMessage(f"content encryption {encrypted[1][0].oid} is unknown to the phone")
    return cipher.decrypt(encrypted[2].octets, key, encrypted[1][1].octets)
