"""Certificates for the double: a root, an intermediate that signs profiles, and whatever a test needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Pair:
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Files for openssl and ssl: certificate and key, both PEM."""
        certificate, key = folder / "certificate.pem", folder / "key.pem"
        certificate.write_bytes(self.pem)
        key.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return certificate, key


@cache
def rsa_key(number: int) -> rsa.RSAPrivateKey:
    """The same key for the same number, so that a run makes only a few."""
    return rsa.generate_private_key(65537, 2048)


def subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else [])


def certify(
    public_key: rsa.RSAPublicKey,
    name: str,
    issuer: Pair | None,
    signing_key: rsa.RSAPrivateKey,
    *,
    ca: bool,
    days: int = 365,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject(name))
        .issuer_name(issuer.certificate.subject if issuer else subject(name))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
    )
    return builder.sign(signing_key, hashes.SHA256())


def pair(name: str, issuer: Pair | None, *, ca: bool, number: int, days: int = 365) -> Pair:
    key = rsa_key(number)
    signing_key = issuer.key if issuer else key
    return Pair(certify(key.public_key(), name, issuer, signing_key, ca=ca, days=days), key)


ROOT = pair("Double Root", None, ca=True, number=0)
INTERMEDIATE = pair("Double Intermediate", ROOT, ca=True, number=1)
PROFILE_SIGNER = pair("Double Profile Signer", INTERMEDIATE, ca=False, number=2)
STRANGER = pair("Stranger Root", None, ca=True, number=3)
