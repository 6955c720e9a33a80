"""The CertRep of a SCEP server, checked as Apple's client checks it (RFC 8894, 3.3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from tests.phone.cms_build import DATA, Identity
from tests.phone.cms_read import BadMessage, only_signer, open_envelope, read_signed_data, verify
from tests.phone.errors import PhoneError
from tests.phone.tlv import BadEncoding, Node

VERISIGN = "2.16.840.1.113733.1.9."
MESSAGE_TYPE, PKI_STATUS, FAIL_INFO, SENDER_NONCE, RECIPIENT_NONCE, TRANSACTION_ID = (
    f"{VERISIGN}{number}" for number in range(2, 8)
)
CERT_REP, SUCCESS, FAILURE = "3", "0", "2"


class ScepFailure(PhoneError):
    """A signed CertRep says that no certificate will come. `fail_info` is its code ("2" badRequest)."""

    def __init__(self, status: str, fail_info: str) -> None:
        super().__init__("SCEP", f"the authority refused: pkiStatus {status}, failInfo {fail_info}")
        self.fail_info = fail_info


@dataclass(frozen=True)
class Expected:
    """What the reply to one request must fit."""

    signer: Identity
    transaction_id: str
    nonce: bytes
    ca_certificate: bytes


def read_reply(data: bytes, expected: Expected) -> bytes:
    """The certificate (DER) in a CertRep; ScepFailure for a refusal, PhoneError for a reply Apple would not
    take."""
    try:
        return _certificate(data, expected)
    except (BadMessage, BadEncoding, ValueError) as error:
        raise PhoneError("SCEP", f"the reply is not acceptable: {error}") from error


def _certificate(data: bytes, expected: Expected) -> bytes:
    message = read_signed_data(data)
    signer, certificate = only_signer(message)
    if certificate != expected.ca_certificate:
        raise BadMessage("its signer is not the certificate from GetCACert")
    if signer.attributes is None:
        raise BadMessage("it has no signed attributes")
    verify(signer, message.content or b"", DATA, certificate)
    _check_attributes(signer.attributes, expected)
    _check_status(signer.attributes, message.content)
    leaf = _leaf(open_envelope(message.content or b"", expected.signer))
    _check_leaf(leaf, expected)
    return leaf


def _value(attributes: Mapping[str, Node], oid: str) -> Node:
    if oid not in attributes:
        raise BadMessage(f"attribute {oid} is missing")
    return attributes[oid]


def _check_attributes(attributes: Mapping[str, Node], expected: Expected) -> None:
    if _value(attributes, MESSAGE_TYPE).printable != CERT_REP:
        raise BadMessage("messageType is not CertRep")
    if _value(attributes, TRANSACTION_ID).printable != expected.transaction_id:
        raise BadMessage("transactionID is another")
    if _value(attributes, RECIPIENT_NONCE).octets != expected.nonce:
        raise BadMessage("recipientNonce is not the request's senderNonce")
    if len(_value(attributes, SENDER_NONCE).octets) != 16:
        raise BadMessage("senderNonce is not 16 octets")


def _check_status(attributes: Mapping[str, Node], content: bytes | None) -> None:
    status = _value(attributes, PKI_STATUS).printable
    if status == SUCCESS:
        return
    if content:
        raise BadMessage("a reply without success carries content")
    raise ScepFailure(status, _value(attributes, FAIL_INFO).printable if status == FAILURE else "")


def _leaf(content: bytes) -> bytes:
    """First certificate of the degenerate certs-only message."""
    message = read_signed_data(content)
    if message.signers:
        raise BadMessage("the certs-only message has signers")
    if not message.certificates:
        raise BadMessage("the certs-only message is empty")
    return message.certificates[0]


def _check_leaf(leaf: bytes, expected: Expected) -> None:
    certificate, authority = map(x509.load_der_x509_certificate, (leaf, expected.ca_certificate))
    if certificate.public_key() != expected.signer.key.public_key():
        raise BadMessage("the certificate is for another key")
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, ValueError) as error:
        raise BadMessage("the certificate is not from this authority") from error
