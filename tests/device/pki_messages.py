"""SCEP requests that no honest client sends: every part of one can be another's."""

import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.device.keys import pooled_key
from tests.device.phones import Phone
from tests.phone import ber
from tests.phone.cms_build import Identity, attribute, envelop, sign
from tests.phone.csr import certification_request
from tests.phone.scep import ScepClient, ScepStyle, temporary_signer, transaction_id
from tests.phone.scep_reply import MESSAGE_TYPE, SENDER_NONCE, TRANSACTION_ID, Expected, read_reply


@dataclass
class Asker:
    """Asks the authority in the phone's profile. ``ask`` returns the certificate or raises ScepFailure."""

    phone: Phone
    key: RSAPrivateKey = field(default_factory=lambda: pooled_key(0))
    signer: Identity | None = None
    message_type: str = "19"
    challenge: str | None = None  # None: the profile's own
    url: str = ""

    def __post_init__(self) -> None:
        content: dict[str, Any] = self.phone._installing.identity_payload["PayloadContent"]
        self.scep = ScepClient(content, self.phone.wire, self.phone.clock, ScepStyle())
        self.scep.ask_capabilities()
        self.scep.ask_ca_certificate()
        self.signer = self.signer or temporary_signer(self.key, self.phone.clock())
        self.nonce = secrets.token_bytes(16)
        address = urlsplit(self.url or str(content["URL"]))
        self.path, self.host = address.path, address.netloc

    def ask(self, content: bytes | None = None) -> bytes:
        status, media_type, body = self.post(self.message(content))
        assert (status, media_type) == (200, "application/x-pki-message")
        return read_reply(body, self.expected)

    def post(self, message: bytes) -> tuple[int, str, bytes]:
        """(status, content type, body) of the answer to any bytes."""
        answer = self.phone.wire.ask("POST", f"{self.path}?operation=PKIOperation", message, host=self.host)
        return answer.status_code, answer.headers["Content-Type"], getattr(answer, "content", b"")

    def message(self, content: bytes | None = None) -> bytes:
        """``content``: what stands where the envelope should."""
        assert self.signer is not None
        attributes = [
            attribute(MESSAGE_TYPE, ber.printable(self.message_type)),
            attribute(TRANSACTION_ID, ber.printable(self.transaction)),
            attribute(SENDER_NONCE, ber.tlv(ber.OCTET_STRING, self.nonce)),
        ]
        signed = self.envelope() if content is None else content
        return sign(signed, self.signer, digest="sha256", encoding=ber.DER, attributes=attributes)

    def envelope(self) -> bytes:
        challenge = self.phone.challenge if self.challenge is None else self.challenge
        request = certification_request(self.key, [[["CN", "anything"]]], challenge=challenge, usage=5)
        return envelop(request, self.scep.ca_certificate, cipher="aes128", encoding=ber.DER)

    @property
    def transaction(self) -> str:
        return transaction_id(self.key.public_key())

    @property
    def expected(self) -> Expected:
        assert self.signer is not None
        return Expected(self.signer, self.transaction, self.nonce, self.scep.ca_certificate)
