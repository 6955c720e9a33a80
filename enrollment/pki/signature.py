"""Mdm-Signature: how a device proves that a check-in message is its own (Apple, SignMessage)."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from .cms import read_signed
from .errors import PkiError, flattened
from .messages import SignedMessage

MAX_HEADER = 8192  # characters; a device sends about 1900


@dataclass(frozen=True)
class DeviceSignature:
    """A detached signature and the certificate it came with. Nothing of it is true before verify()."""

    message: SignedMessage
    certificate: x509.Certificate

    @classmethod
    def parse(cls, header: str) -> "DeviceSignature":
        """From the value of the Mdm-Signature header: base64 of a CMS message without content."""
        if len(header) > MAX_HEADER:
            raise PkiError(f"signature of {len(header)} characters")
        with flattened("Mdm-Signature"):
            message = read_signed(base64.b64decode(header.strip(), validate=True))
            if message.content is not None:
                raise PkiError("signature with content of its own")
            return cls(message, x509.load_der_x509_certificate(message.signer_certificate))

    @property
    def certificate_der(self) -> bytes:
        return self.message.signer_certificate

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the certificate: devices are known by it, as their subject may be empty."""
        return hashlib.sha256(self.certificate_der).digest()

    def verify(self, body: bytes, *, issuer: x509.Certificate, now: datetime) -> None:
        """PkiError unless issuer certified a device, valid now, whose key signed exactly these bytes.

        The certificate comes first, so that no calculation is done with a key that issuer has not seen.
        """
        with flattened("device certificate"):
            self.certificate.verify_directly_issued_by(issuer)  # refuses SHA-1, too
            self._check_use(now)
            public_key = self.certificate.public_key()
        self.message.verify(public_key, body)

    def _check_use(self, now: datetime) -> None:
        if not self.certificate.not_valid_before_utc <= now <= self.certificate.not_valid_after_utc:
            raise PkiError("certificate not valid now")
        usage = self.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        if ExtendedKeyUsageOID.CLIENT_AUTH not in usage:
            raise PkiError("certificate is not for clients")
