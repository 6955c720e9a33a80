"""Apple's SCEP client (RFC 8894 as Security's SecSCEP.c speaks it): from the payload to a certificate."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode
from uuid import uuid4

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding as Format
from cryptography.hazmat.primitives.serialization import PublicFormat
from cryptography.x509.oid import NameOID

from tests.phone import ber
from tests.phone.algorithms import DIGESTS, FINGERPRINTS
from tests.phone.cms_build import SIGNING_TIME, Identity, attribute, envelop, sign
from tests.phone.csr import APPLE_CSR, CsrStyle, certification_request
from tests.phone.errors import PhoneError
from tests.phone.network import Network, Request, Response
from tests.phone.scep_reply import MESSAGE_TYPE, SENDER_NONCE, TRANSACTION_ID, Expected, read_reply

PKCS_REQ = "19"
OFFERS = (("SHA-512", "sha512"), ("SHA-256", "sha256"))  # strongest first
CA_CERTIFICATE, PKI_MESSAGE = "application/x-x509-ca-cert", "application/x-pki-message"
AGENT = {"User-Agent": "profiled/1.0 CFNetwork/1568.300.101 Darwin/24.2.0", "Accept": "*/*"}


@dataclass(frozen=True)
class ScepStyle:
    """What a client may choose. "auto" follows GetCACaps. `method`: "POST", "GET", and for its base64 also
    "GET-urlsafe" without padding and "GET-plus" with "+" unescaped."""

    cipher: str = "auto"  # "aes128", "aes256", "3des", "des"
    digest: str = "auto"  # "sha1", "sha256", "sha512"
    method: str = "auto"
    encoding: ber.Encoding = ber.BER
    csr: CsrStyle = APPLE_CSR
    content_type: str = PKI_MESSAGE


APPLE_SCEP = ScepStyle()


@dataclass(frozen=True)
class PkiMessage:
    """A request ready to be sent, as often as wanted, always with the same octets."""

    data: bytes
    expected: Expected


def transaction_id(key: RSAPublicKey) -> str:
    """Upper-case hex SHA-1 of the PKCS #1 public key: 40 characters."""
    return DIGESTS["sha1"].of(key.public_bytes(Format.DER, PublicFormat.PKCS1)).hex().upper()


def temporary_signer(key: RSAPrivateKey, now: datetime) -> Identity:
    """Self-signed, CN a random UUID, valid for a year around `now`."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, str(uuid4()).upper())])
    usages = dict.fromkeys(KEY_USAGES, False) | {"digital_signature": True, "key_encipherment": True}
    builder = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=364))
        .add_extension(x509.KeyUsage(**usages), critical=True)
    )
    return Identity(builder.sign(key, hashes.SHA256()).public_bytes(Format.DER), key)


KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass
class ScepClient:
    """`content`: PayloadContent of the com.apple.security.scep payload. `sent` holds every message in
    order."""

    content: Mapping[str, Any]
    network: Network
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    style: ScepStyle = APPLE_SCEP
    sent: list[PkiMessage] = field(default_factory=list)
    capabilities: frozenset[str] = frozenset()
    ca_certificate: bytes = b""

    def obtain(self, key: RSAPrivateKey) -> bytes:
        """The whole exchange; returns the certificate (DER). Another `key` sends the same challenge again."""
        self.ask_capabilities()
        self.ask_ca_certificate()
        return self.send(self.message(key))

    def ask_capabilities(self) -> frozenset[str]:
        response = self._get("GetCACaps")
        if response.status != 200 or response.media_type != "text/plain":
            raise PhoneError("SCEP", f"GetCACaps answered HTTP {response.status}, {response.media_type}")
        self.capabilities = frozenset(
            line.strip().upper() for line in response.body.decode("ascii").splitlines()
        )
        if not self.capabilities & {"SHA-1", "SHA-256", "SHA-512"}:
            raise PhoneError("SCEP", "GetCACaps offers none of SHA-1, SHA-256, SHA-512")
        return self.capabilities

    def ask_ca_certificate(self) -> bytes:
        response = self._get("GetCACert")
        if response.status != 200 or response.header("Content-Type") != CA_CERTIFICATE:
            cause = f"GetCACert answered HTTP {response.status}, {response.header('Content-Type')}"
            raise PhoneError("SCEP", cause)
        try:
            certificate = x509.load_der_x509_certificate(response.body)
        except ValueError as error:
            raise PhoneError("SCEP", f"GetCACert: not one DER certificate ({error})") from error
        if not isinstance(certificate.public_key(), RSAPublicKey):
            raise PhoneError("SCEP", "the authority's key is not RSA")
        self._check_fingerprint(response.body)
        self.ca_certificate = response.body
        return response.body

    def _check_fingerprint(self, certificate: bytes) -> None:
        wanted = self.content.get("CAFingerprint")
        if wanted is None:
            return
        try:
            found = FINGERPRINTS[len(wanted)].of(certificate)
        except UnsupportedAlgorithm as error:
            raise PhoneError("SCEP", f"CAFingerprint: {error}") from error
        if found != wanted:
            raise PhoneError("SCEP", "CAFingerprint is not that of the certificate from GetCACert")

    def message(self, key: RSAPrivateKey) -> PkiMessage:
        """A PKCSReq for `key`; needs the capabilities and the authority's certificate."""
        now = self.clock()
        signer, nonce = temporary_signer(key, now), secrets.token_bytes(16)
        transaction = transaction_id(key.public_key())
        envelope = envelop(
            self._certification_request(key),
            self.ca_certificate,
            cipher=self._cipher(),
            encoding=self.style.encoding,
        )
        attributes = [
            attribute(MESSAGE_TYPE, ber.printable(PKCS_REQ)),
            attribute(TRANSACTION_ID, ber.printable(transaction)),
            attribute(SENDER_NONCE, ber.tlv(ber.OCTET_STRING, nonce)),
            attribute(SIGNING_TIME, ber.tlv(ber.UTC_TIME, now.strftime("%y%m%d%H%M%SZ").encode())),
        ]
        encoding, digest = self.style.encoding, self._digest()
        data = sign(envelope, signer, digest=digest, encoding=encoding, attributes=attributes)
        return PkiMessage(data, Expected(signer, transaction, nonce, self.ca_certificate))

    def _certification_request(self, key: RSAPrivateKey) -> bytes:
        subject = self.content.get("Subject") or [[["CN", str(uuid4()).upper()]]]
        return certification_request(
            key,
            subject,
            challenge=self.content.get("Challenge", ""),
            usage=self.content.get("Key Usage", 0),
            style=self.style.csr,
        )

    def _cipher(self) -> str:
        if self.style.cipher != "auto":
            return self.style.cipher
        return "aes128" if self.capabilities & {"AES", "SCEPSTANDARD"} else "3des"

    def _digest(self) -> str:
        if self.style.digest != "auto":
            return self.style.digest
        return next((digest for capability, digest in OFFERS if capability in self.capabilities), "sha1")

    def send(self, message: PkiMessage) -> bytes:
        """Send `message`, for the first time or again, and take the certificate (DER) from the reply."""
        self.sent.append(message)
        response = self._pki_operation(message.data)
        if response.status != 200 or response.media_type != PKI_MESSAGE:
            raise PhoneError("SCEP", f"PKIOperation answered HTTP {response.status}, {response.media_type}")
        return read_reply(response.body, message.expected)

    def _pki_operation(self, data: bytes) -> Response:
        method = self.style.method
        if method == "auto":
            method = "POST" if self.capabilities & {"POSTPKIOPERATION", "SCEPSTANDARD"} else "GET"
        if method != "POST":
            return self._get("PKIOperation", GET_MESSAGES[method](data))
        headers = AGENT | {"Content-Type": self.style.content_type}
        return self.network.send(Request("SCEP", "POST", self._url("operation=PKIOperation"), headers, data))

    def _get(self, operation: str, message: str | None = None) -> Response:
        query = f"operation={operation}"
        if message is None and "Name" in self.content:
            query += "&" + urlencode({"message": self.content["Name"]})
        elif message is not None:
            query += f"&message={message}"
        return self.network.send(Request("SCEP", "GET", self._url(query), AGENT))

    def _url(self, query: str) -> str:
        url = str(self.content["URL"])
        return f"{url}{'&' if '?' in url else '?'}{query}"


GET_MESSAGES: dict[str, Callable[[bytes], str]] = {
    "GET": lambda data: quote(base64.b64encode(data).decode(), safe=""),
    "GET-urlsafe": lambda data: base64.urlsafe_b64encode(data).decode().rstrip("="),
    "GET-plus": lambda data: base64.b64encode(data).decode(),
}
