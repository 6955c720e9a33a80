"""Certificates made without our issuing code, so that they can be ones that we would never issue."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID

from .der import bits, sequence
from .senders import SHA1_WITH_RSA, SHA256_WITH_RSA, Key, algorithm, sign

NOW = datetime(2026, 9, 1, 8, 3, tzinfo=UTC)


def certificate_for(
    key: Key,
    *,
    issuer_key: RSAPrivateKey,
    issuer: x509.Name,
    subject: x509.Name | None = None,
    usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.CLIENT_AUTH,
    serial: int = 4711,
) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]) if subject is None else subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .sign(issuer_key, SHA256())
    )


def signed_over_sha_1(certificate: x509.Certificate, issuer_key: RSAPrivateKey) -> x509.Certificate:
    """The same certificate as an authority of the last decade would have signed it."""
    old, new = algorithm(SHA1_WITH_RSA), algorithm(SHA256_WITH_RSA)
    body = certificate.tbs_certificate_bytes.replace(new, old)
    return x509.load_der_x509_certificate(sequence(body, old, bits(sign(issuer_key, body, "sha1"))))
