from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from enrollment.pki.authority import Authority, certify_profile_signer
from enrollment.pki.cms import sign_attached
from enrollment.pki.keys import PrivateKey, PublicKey

from .certificates import NOW
from .openssl import certificates, structure, verified_content

PROFILE = b'<?xml version="1.0"?>\n<plist version="1.0"><dict/></plist>\r\n'


@pytest.fixture(scope="module", params=["RSA", "P-256"])
def signing_key(request: pytest.FixtureRequest, device_key: RSAPrivateKey) -> PrivateKey:
    return device_key if request.param == "RSA" else ec.generate_private_key(ec.SECP256R1())


def signer_of(authority: Authority, key: PrivateKey) -> x509.Certificate:
    return certify_profile_signer(
        authority, public_key=key.public_key(), common_name="Profiles", organization="Northwind", now=NOW
    )


def test_openssl_verifies_a_profile_up_to_the_authority(
    authority: Authority, signing_key: PrivateKey, tmp_path: Path
) -> None:
    signed = sign_attached(PROFILE, certificate=signer_of(authority, signing_key), key=signing_key)
    root_pem = authority.certificate.public_bytes(Encoding.PEM)
    assert verified_content(signed, root_pem=root_pem, at=NOW, folder=tmp_path) == PROFILE


def test_the_intermediate_travels_with_the_profile(
    signing_key: PrivateKey, signer_key: RSAPrivateKey, foreign_authority: Authority, tmp_path: Path
) -> None:
    """A signing identity that was bought: root, intermediate, signer; the device knows the root alone."""
    root_key, root = foreign_authority.key, self_signed(foreign_authority)
    intermediate = certified("Intermediate", signer_key.public_key(), root.subject, root_key, authority=True)
    signer = certified("Signer", signing_key.public_key(), intermediate.subject, signer_key)
    signed = sign_attached(PROFILE, certificate=signer, key=signing_key, chain=[intermediate])
    root_pem = root.public_bytes(Encoding.PEM)
    assert verified_content(signed, root_pem=root_pem, at=NOW, folder=tmp_path) == PROFILE
    assert set(certificates(signed, folder=tmp_path)) == {
        signer.public_bytes(Encoding.DER),
        intermediate.public_bytes(Encoding.DER),
    }


def self_signed(authority: Authority) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Root")])
    return certified("Root", authority.key.public_key(), name, authority.key, authority=True)


def certified(
    common_name: str,
    public_key: PublicKey,
    issuer: x509.Name,
    issuer_key: RSAPrivateKey,
    *,
    authority: bool = False,
) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)]))
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(issuer_key, SHA256())
    )


def test_a_profile_has_exactly_one_signer_and_sha_256(
    authority: Authority, signing_key: PrivateKey, tmp_path: Path
) -> None:
    signed = sign_attached(PROFILE, certificate=signer_of(authority, signing_key), key=signing_key)
    lines = structure(signed, folder=tmp_path)
    signers = max(number for number, line in enumerate(lines) if line == "3 cons: SET")
    assert lines[signers:].count("4 cons: SEQUENCE") == 1
    assert lines[signers:].count("6 prim: OBJECT            :sha256") == 1
    assert "4 prim: OBJECT            :pkcs7-data" in lines


def test_a_key_that_is_not_the_certificates_signs_nothing(
    authority: Authority, signing_key: PrivateKey, signer_key: RSAPrivateKey
) -> None:
    with pytest.raises(ValueError, match="not that of the certificate"):
        sign_attached(PROFILE, certificate=signer_of(authority, signing_key), key=signer_key)
