"""The certificate authority of a site, and the certificates that it issues (RFC 5280)."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .keys import PublicKey, check_public_key, new_rsa_key

CLOCK_LEEWAY = timedelta(hours=1)  # a new certificate is valid already for a device whose clock is slow
NAME_LIMIT = 64  # of a common name or organization, RFC 5280 appendix A.1; in bytes, to be safe


@dataclass(frozen=True)
class Authority:
    """A certificate that may sign others, with its key: RSA, because SCEP requests are encrypted to it."""

    certificate: x509.Certificate
    key: RSAPrivateKey

    def __repr__(self) -> str:
        return f"Authority({self.certificate.subject.rfc4514_string()!r})"


def create_authority(*, common_name: str, organization: str, years: int = 15, now: datetime) -> Authority:
    """A self-signed authority with a new RSA key of 3072 bits, the strength NIST asks for beyond 2030."""
    key = new_rsa_key(3072)
    name = _name(common_name, organization)
    builder = _certificate(name, key.public_key(), new_serial(), now - CLOCK_LEEWAY, now + _years(years))
    builder = _with_usage(builder.issuer_name(name), authority=True, key_encipherment=True)
    return Authority(builder.sign(key, SHA256()), key)


def new_serial() -> int:
    """159 bits, 158 of them random: positive, and 20 bytes in DER as RFC 5280 4.1.2.2 allows at most."""
    return 1 << 158 | secrets.randbits(158)


def issue_device_certificate(
    authority: Authority,
    *,
    public_key: PublicKey,
    serial: int,
    common_name: str,
    organization: str,
    not_before: datetime,
    not_after: datetime,
) -> bytes:
    """The device's identity, DER. The same arguments give the same bytes: a lost answer can be made again.

    Ends no later than the authority. ValueError when the authority has ended before not_before.
    """
    end = min(not_after, authority.certificate.not_valid_after_utc)
    builder = _certificate(_name(common_name, organization), public_key, serial, not_before, end)
    builder = _with_usage(builder, authority=False, key_encipherment=isinstance(public_key, RSAPublicKey))
    return _issue(authority, builder, ExtendedKeyUsageOID.CLIENT_AUTH).public_bytes(Encoding.DER)


def certify_profile_signer(
    authority: Authority,
    *,
    public_key: PublicKey,
    common_name: str,
    organization: str,
    now: datetime,
    years: int = 3,
) -> x509.Certificate:
    """A certificate for a key that signs enrollment profiles.

    It is no client certificate, so that this key can never speak as a device.
    """
    end = min(now + _years(years), authority.certificate.not_valid_after_utc)
    builder = _certificate(
        _name(common_name, organization), public_key, new_serial(), now - CLOCK_LEEWAY, end
    )
    builder = _with_usage(builder, authority=False, key_encipherment=False)
    return _issue(authority, builder, ExtendedKeyUsageOID.EMAIL_PROTECTION)


def _issue(
    authority: Authority, builder: x509.CertificateBuilder, purpose: x509.ObjectIdentifier
) -> x509.Certificate:
    return (
        builder.issuer_name(authority.certificate.subject)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        .add_extension(_authority_key_identifier(authority.certificate), critical=False)
        .sign(authority.key, SHA256())
    )


def _authority_key_identifier(certificate: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    try:
        own = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:  # an authority that was not made here
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(check_public_key(certificate.public_key()))
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _certificate(
    subject: x509.Name, public_key: PublicKey, serial: int, not_before: datetime, not_after: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(check_public_key(public_key))
        .serial_number(serial)
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _with_usage(
    builder: x509.CertificateBuilder, *, authority: bool, key_encipherment: bool
) -> x509.CertificateBuilder:
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=key_encipherment,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
    constraints = x509.BasicConstraints(ca=authority, path_length=0 if authority else None)
    return builder.add_extension(constraints, critical=True).add_extension(usage, critical=True)


def _name(common_name: str, organization: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _cut(organization)),
            x509.NameAttribute(NameOID.COMMON_NAME, _cut(common_name)),
        ]
    )


def _cut(text: str) -> str:
    return text.encode()[:NAME_LIMIT].decode(errors="ignore")


def _years(number: int) -> timedelta:
    return timedelta(days=round(number * 365.25))
