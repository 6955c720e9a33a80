"""SCEP, the server's side of the messages (RFC 8894), as Apple's client uses it."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates

from .authority import Authority
from .ber import MAX_SIZE
from .cms import build_enveloped, build_signed, read_certification_request, read_enveloped, read_signed
from .errors import PkiError, flattened
from .keys import PublicKey, check_public_key
from .messages import OCTET_STRING, PRINTABLE_STRING, CertificationRequest, SignedMessage, Value

# SHA-1 and DES3 for clients that know nothing newer. No Renewal: a certificate is renewed by enrolling again.
CAPABILITIES = b"POSTPKIOperation\nSHA-256\nSHA-512\nSHA-1\nAES\nDES3\nSCEPStandard"

MESSAGE_TYPE = "2.16.840.1.113733.1.9.2"
PKI_STATUS = "2.16.840.1.113733.1.9.3"
FAIL_INFO = "2.16.840.1.113733.1.9.4"
SENDER_NONCE = "2.16.840.1.113733.1.9.5"
RECIPIENT_NONCE = "2.16.840.1.113733.1.9.6"
TRANSACTION_ID = "2.16.840.1.113733.1.9.7"

CERT_REP, PKCS_REQ = b"3", b"19"
SUCCESS, FAILURE = b"0", b"2"
BAD_REQUEST = "2"
DIGESTS = ("sha1", "sha256", "sha512")
MAX_TRANSACTION_ID = 255  # bytes; Apple sends 40
MAX_NONCE = 64  # bytes; RFC 8894 asks for 16
MAX_CHALLENGE = 255  # characters, RFC 2985 5.4.1

# What the reply is encrypted with: a client that asks in AES reads AES-128.
cipher_of_reply = {"aes128": "aes128", "aes256": "aes128", "3des": "3des", "des": "des"}


@dataclass(frozen=True)
class Transaction:
    """What an answer has to repeat of the request."""

    transaction_id: bytes  # ASCII, as it was sent
    sender_nonce: bytes
    digest: str


@dataclass(frozen=True)
class Request(Transaction):
    """A PKCSReq whose sender has the key to be certified. Whether the challenge is good, the caller knows."""

    message_type: int
    public_key: PublicKey
    challenge: str = field(repr=False)
    signer_certificate_der: bytes
    cipher: str  # "aes128", "aes256", "3des" or "des"


class BadRequest(PkiError):
    """Signed by somebody and nothing we certify; whoever sent it can be told so in the protocol."""

    def __init__(self, reason: str, transaction: Transaction) -> None:
        super().__init__(reason)
        self.transaction = transaction

    def failure(self, authority: Authority) -> bytes:
        return failure_reply(self.transaction, authority=authority)


def read_request(body: bytes, *, authority: Authority) -> Request:
    """PKIOperation's message. BadRequest when a CertRep can answer it, PkiError when nothing in SCEP can."""
    message = read_signed(body)
    if message.content is None or message.signed_attributes is None or message.digest not in DIGESTS:
        raise PkiError("no PKIMessage")
    message.verify(_signer_key(message), message.content)
    transaction = _transaction(message)
    try:
        return _request(message, message.content, transaction, authority)
    except PkiError as error:
        raise BadRequest(error.reason, transaction) from error


def _signer_key(message: SignedMessage) -> RSAPublicKey:
    """The key that signed the message and that the reply is encrypted to, hence RSA."""
    with flattened("certificate of the signer"):
        key = check_public_key(x509.load_der_x509_certificate(message.signer_certificate).public_key())
    if not isinstance(key, RSAPublicKey):
        raise PkiError("signer without an RSA key")
    return key


def _transaction(message: SignedMessage) -> Transaction:
    transaction_id = message.attribute(TRANSACTION_ID, PRINTABLE_STRING)
    sender_nonce = message.attribute(SENDER_NONCE, OCTET_STRING)
    if not 1 <= len(transaction_id) <= MAX_TRANSACTION_ID or not 1 <= len(sender_nonce) <= MAX_NONCE:
        raise PkiError("transactionID or senderNonce too short or too long")
    if not (transaction_id.isascii() and transaction_id.decode("ascii").isprintable()):
        raise PkiError("transactionID is not printable")
    return Transaction(transaction_id, sender_nonce, message.digest)


def _request(
    message: SignedMessage, content: bytes, transaction: Transaction, authority: Authority
) -> Request:
    if message.attribute(MESSAGE_TYPE, PRINTABLE_STRING) != PKCS_REQ:
        raise PkiError("messageType is not PKCSReq")
    envelope = read_enveloped(content)
    certification_request = read_certification_request(envelope.open(authority.key))
    return Request(
        transaction_id=transaction.transaction_id,
        sender_nonce=transaction.sender_nonce,
        digest=transaction.digest,
        message_type=int(PKCS_REQ),
        public_key=_proven_key(certification_request),
        challenge=_challenge(certification_request),
        signer_certificate_der=message.signer_certificate,
        cipher=envelope.cipher,
    )


def _proven_key(request: CertificationRequest) -> PublicKey:
    with flattened("public key"):
        key = check_public_key(load_der_public_key(request.public_key_info))
    request.verify(key)
    return key


def _challenge(request: CertificationRequest) -> str:
    challenge = request.challenge
    if challenge is None or not 1 <= len(challenge) <= MAX_CHALLENGE:
        raise PkiError("challenge missing or too long")
    return challenge


def certificate_reply(request: Request, *, authority: Authority, certificate_der: bytes) -> bytes:
    """CertRep SUCCESS: the certificate alone, without signers, enveloped for the signer of the request."""
    certificates = serialize_certificates([x509.load_der_x509_certificate(certificate_der)], Encoding.DER)
    recipient = x509.load_der_x509_certificate(request.signer_certificate_der)
    envelope = build_enveloped(certificates, recipient=recipient, cipher=cipher_of_reply[request.cipher])
    return _cert_rep(request, authority, {PKI_STATUS: _text(SUCCESS)}, envelope)


def failure_reply(request: Transaction, *, authority: Authority, fail_info: str = BAD_REQUEST) -> bytes:
    """CertRep FAILURE, without content. One failInfo for every cause: it tells an attacker nothing."""
    status = {PKI_STATUS: _text(FAILURE), FAIL_INFO: _text(fail_info.encode("ascii"))}
    return _cert_rep(request, authority, status, None)


def _cert_rep(
    transaction: Transaction, authority: Authority, status: Mapping[str, Value], content: bytes | None
) -> bytes:
    attributes = {
        MESSAGE_TYPE: _text(CERT_REP),
        TRANSACTION_ID: _text(transaction.transaction_id),
        RECIPIENT_NONCE: Value(OCTET_STRING, transaction.sender_nonce),
        SENDER_NONCE: Value(OCTET_STRING, secrets.token_bytes(16)),
        **status,
    }
    return build_signed(
        content,
        certificate=authority.certificate,
        key=authority.key,
        digest=transaction.digest,
        attributes=attributes,
    )


def _text(value: bytes) -> Value:
    return Value(PRINTABLE_STRING, value)


def message_from_query(value: str) -> bytes:
    """PKIOperation by GET: base64, standard or for URLs, padded or not, its "+" perhaps read as a space."""
    if len(value) > MAX_SIZE:
        raise PkiError(f"message of {len(value)} characters")
    text = value.translate(str.maketrans(" -_", "++/", "\r\n")).rstrip("=")
    with flattened("message"):
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
