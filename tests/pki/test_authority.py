from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from enrollment.pki.authority import (
    Authority,
    certify_profile_signer,
    create_authority,
    issue_device_certificate,
    new_serial,
)
from enrollment.pki.errors import PkiError
from enrollment.pki.keys import PublicKey, new_rsa_key

from .certificates import NOW
from .openssl import openssl


def issue(authority: Authority, public_key: PublicKey, *, serial: int = 4711, days: int = 1095) -> bytes:
    return issue_device_certificate(
        authority,
        public_key=public_key,
        serial=serial,
        common_name="8F2K4M",
        organization="Northwind School",
        not_before=NOW - timedelta(minutes=10),
        not_after=NOW + timedelta(days=days),
    )


Kind = TypeVar("Kind", bound=x509.ExtensionType)


def extension(certificate: x509.Certificate, kind: type[Kind]) -> x509.Extension[Kind]:
    return certificate.extensions.get_extension_for_class(kind)


def test_an_authority_lives_fifteen_years_and_certifies_no_other_authorities(authority: Authority) -> None:
    certificate = authority.certificate
    certificate.verify_directly_issued_by(certificate)
    assert certificate.not_valid_before_utc == NOW - timedelta(hours=1)
    assert 5478 <= (certificate.not_valid_after_utc - NOW).days <= 5479
    constraints = extension(certificate, x509.BasicConstraints)
    assert constraints.critical
    assert constraints.value == x509.BasicConstraints(ca=True, path_length=0)


def test_an_authority_may_do_what_scep_and_revocation_need(authority: Authority) -> None:
    usage = extension(authority.certificate, x509.KeyUsage).value
    assert (usage.digital_signature, usage.key_encipherment) == (True, True)
    assert (usage.key_cert_sign, usage.crl_sign) == (True, True)
    public_key = authority.certificate.public_key()
    assert isinstance(public_key, RSAPublicKey)
    assert public_key.key_size == 3072


def test_an_authority_printed_in_a_log_shows_no_key(authority: Authority) -> None:
    assert repr(authority) == "Authority('CN=Northwind Device CA,O=Northwind School')"


def test_names_are_cut_to_what_certificates_can_hold() -> None:
    long_name = "x" + "Ü" * 70
    certificate = create_authority(common_name=long_name, organization=long_name, now=NOW).certificate
    assert [attribute.value for attribute in certificate.subject] == ["x" + "Ü" * 31] * 2


def test_r15_the_same_arguments_give_the_same_bytes(authority: Authority, device_key: RSAPrivateKey) -> None:
    first = issue(authority, device_key.public_key())
    assert issue(authority, device_key.public_key()) == first
    assert issue(authority, device_key.public_key(), serial=4712) != first


def test_openssl_takes_a_device_certificate_for_a_client(
    authority: Authority, device_key: RSAPrivateKey, tmp_path: Path
) -> None:
    certificate = x509.load_der_x509_certificate(issue(authority, device_key.public_key()))
    (tmp_path / "root.pem").write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "device.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    openssl(
        "verify",
        *("-x509_strict", "-purpose", "sslclient", "-attime", str(int(NOW.timestamp()))),
        *("-CAfile", tmp_path / "root.pem", tmp_path / "device.pem"),
    )


def test_a_device_certificate_identifies_and_does_nothing_else(
    authority: Authority, device_key: RSAPrivateKey
) -> None:
    certificate = x509.load_der_x509_certificate(issue(authority, device_key.public_key()))
    assert certificate.subject.rfc4514_string() == "CN=8F2K4M,O=Northwind School"
    assert certificate.serial_number == 4711
    assert extension(certificate, x509.BasicConstraints).value == x509.BasicConstraints(False, None)
    assert extension(certificate, x509.ExtendedKeyUsage).value == x509.ExtendedKeyUsage(
        [ExtendedKeyUsageOID.CLIENT_AUTH]
    )
    usage = extension(certificate, x509.KeyUsage).value
    assert (usage.digital_signature, usage.key_encipherment, usage.key_cert_sign) == (True, True, False)
    own = extension(certificate, x509.SubjectKeyIdentifier).value
    assert own == x509.SubjectKeyIdentifier.from_public_key(device_key.public_key())
    issuers = extension(authority.certificate, x509.SubjectKeyIdentifier).value
    named = extension(certificate, x509.AuthorityKeyIdentifier).value
    assert named.key_identifier == issuers.digest


def test_an_authority_made_elsewhere_without_key_identifier_can_issue(
    authority: Authority, device_key: RSAPrivateKey, device_certificate: x509.Certificate
) -> None:
    bare = replace(authority, certificate=device_certificate)  # any certificate without that extension
    certificate = x509.load_der_x509_certificate(issue(bare, new_rsa_key().public_key(), days=0))
    expected = x509.AuthorityKeyIdentifier.from_issuer_public_key(device_key.public_key())
    assert extension(certificate, x509.AuthorityKeyIdentifier).value == expected


def test_an_elliptic_curve_key_is_certified_without_encipherment(authority: Authority) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = x509.load_der_x509_certificate(issue(authority, key.public_key()))
    usage = extension(certificate, x509.KeyUsage).value
    assert (usage.digital_signature, usage.key_encipherment) == (True, False)


def test_r19_no_certificate_outlives_its_authority(authority: Authority, device_key: RSAPrivateKey) -> None:
    end = authority.certificate.not_valid_after_utc
    device = x509.load_der_x509_certificate(issue(authority, device_key.public_key(), days=20_000))
    assert device.not_valid_after_utc == end
    signer = certify_profile_signer(
        authority,
        public_key=device_key.public_key(),
        common_name="Profiles",
        organization="Northwind School",
        now=end - timedelta(days=30),
    )
    assert signer.not_valid_after_utc == end


def test_an_authority_that_has_ended_issues_nothing(authority: Authority, device_key: RSAPrivateKey) -> None:
    end = authority.certificate.not_valid_after_utc
    with pytest.raises(ValueError):
        issue_device_certificate(
            authority,
            public_key=device_key.public_key(),
            serial=1,
            common_name="8F2K4M",
            organization="Northwind School",
            not_before=end + timedelta(minutes=1),
            not_after=end + timedelta(days=1),
        )


def test_r20_a_weak_key_is_never_certified(authority: Authority) -> None:
    with pytest.raises(PkiError, match="1024 bits"):
        issue(authority, new_rsa_key(1024).public_key())


def test_r19_the_key_that_signs_profiles_can_not_speak_as_a_device(
    authority: Authority, device_key: RSAPrivateKey
) -> None:
    signer = certify_profile_signer(
        authority,
        public_key=device_key.public_key(),
        common_name="Profiles",
        organization="Northwind School",
        now=NOW,
    )
    signer.verify_directly_issued_by(authority.certificate)
    usages = extension(signer, x509.ExtendedKeyUsage).value
    assert ExtendedKeyUsageOID.CLIENT_AUTH not in usages
    assert (signer.not_valid_after_utc - NOW).days in (1095, 1096)


def test_serial_numbers_are_random_positive_and_of_twenty_bytes() -> None:
    serials = {new_serial() for _ in range(1000)}
    assert len(serials) == 1000
    assert {serial.bit_length() for serial in serials} == {159}
