"""Mdm-Signature: whose certificate speaks for a device, and who only tries to."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.x509.oid import ExtendedKeyUsageOID, SignatureAlgorithmOID

from enrollment.pki.authority import Authority, certify_profile_signer
from enrollment.pki.cms import read_signed
from enrollment.pki.errors import PkiError
from enrollment.pki.keys import new_rsa_key
from enrollment.pki.signature import DeviceSignature

from .certificates import NOW, certificate_for, signed_over_sha_1
from .conftest import Certify
from .senders import Signed, apple_signature
from .signatures import BODY, refused, verify


@pytest.mark.parametrize("signers", [0, 2])
def test_r20_there_is_exactly_one_signer(signed: Signed, authority: Authority, signers: int) -> None:
    assert refused(replace(signed, signers=signers), authority) == f"{signers} signers"


def test_r20_ten_certificates_and_no_more(signed: Signed, authority: Authority) -> None:
    others = (authority.certificate,) * 9
    read_signed(replace(signed, certificates=(*others, signed.certificate)).encode())
    with pytest.raises(PkiError, match="too many certificates"):
        read_signed(replace(signed, certificates=(*others, *others[:1], signed.certificate)).encode())


def test_certificates_of_the_same_serial_number_or_issuer_are_told_apart(
    signed: Signed, certify: Certify, authority: Authority, signer_key: RSAPrivateKey
) -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Another authority")])
    same_serial = certificate_for(signer_key, issuer_key=signer_key, issuer=name)
    same_issuer = certify(signer_key, serial=4712)
    assert same_serial.serial_number == signed.certificate.serial_number
    verify(replace(signed, certificates=(same_serial, same_issuer, signed.certificate)), authority)


def test_a_signer_whose_certificate_does_not_come_along_is_refused(
    signed: Signed, authority: Authority
) -> None:
    assert "0 certificate" in refused(replace(signed, certificates=()), authority)
    assert "0 certificate" in refused(replace(signed, certificates=(authority.certificate,)), authority)


def test_a_certificate_of_another_authority_of_the_same_name_is_refused(
    authority: Authority, foreign_authority: Authority, device_key: RSAPrivateKey
) -> None:
    name = authority.certificate.subject
    foreign = certificate_for(device_key, issuer_key=foreign_authority.key, issuer=name)
    refused(apple_signature(BODY, foreign, device_key), authority)
    verify(apple_signature(BODY, foreign, device_key), foreign_authority)


def test_a_self_signed_certificate_is_refused(authority: Authority, device_key: RSAPrivateKey) -> None:
    name = authority.certificate.subject
    own = certificate_for(device_key, issuer_key=device_key, issuer=name)
    refused(apple_signature(BODY, own, device_key), authority)


def test_bobs_key_under_alices_certificate_is_refused(
    signed: Signed, authority: Authority, signer_key: RSAPrivateKey
) -> None:
    assert refused(replace(signed, key=signer_key), authority) == "signature does not match"


def test_r20_the_chain_comes_before_the_key(foreign_authority: Authority, authority: Authority) -> None:
    """A stranger's weak key is never looked at: the reason is the chain."""
    weak = new_rsa_key(1024)
    name = authority.certificate.subject
    certificate = certificate_for(weak, issuer_key=foreign_authority.key, issuer=name)
    assert refused(apple_signature(BODY, certificate, weak), authority).startswith("device certificate")


@pytest.mark.parametrize(
    ("bits", "exponent", "reason"),
    [(1024, 65537, "RSA key of 1024 bits"), (2048, 3, "RSA key with an unusual exponent")],
)
def test_r20_weak_keys_are_refused_even_when_certified(
    certify: Certify, authority: Authority, bits: int, exponent: int, reason: str
) -> None:
    weak = rsa.generate_private_key(public_exponent=exponent, key_size=bits)
    assert refused(apple_signature(BODY, certify(weak), weak), authority) == reason


def test_r19_the_profile_signing_key_can_not_speak_as_a_device(
    authority: Authority, device_key: RSAPrivateKey
) -> None:
    signer = certify_profile_signer(
        authority,
        public_key=device_key.public_key(),
        common_name="Profiles",
        organization="Northwind School",
        now=NOW,
    )
    assert refused(apple_signature(BODY, signer, device_key), authority) == "certificate is not for clients"


def test_a_certificate_for_servers_is_refused(
    certify: Certify, authority: Authority, device_key: RSAPrivateKey
) -> None:
    server = certify(device_key, usage=ExtendedKeyUsageOID.SERVER_AUTH)
    assert refused(apple_signature(BODY, server, device_key), authority) == "certificate is not for clients"


def test_r20_a_certificate_signed_over_sha_1_is_refused(
    certify: Certify, authority: Authority, device_key: RSAPrivateKey
) -> None:
    """Our authority signs SCEP answers for old clients over SHA-1, but never a certificate."""
    old = signed_over_sha_1(certify(device_key), authority.key)
    assert old.signature_algorithm_oid == SignatureAlgorithmOID.RSA_WITH_SHA1
    assert refused(apple_signature(BODY, old, device_key), authority).startswith("device certificate")


def test_the_authority_itself_is_no_device(authority: Authority) -> None:
    refused(apple_signature(BODY, authority.certificate, authority.key), authority)


@pytest.mark.parametrize(
    ("moved", "valid"),
    [
        (timedelta(days=-1), True),
        (timedelta(days=-1, seconds=-1), False),
        (timedelta(days=1), True),
        (timedelta(days=1, seconds=1), False),
    ],
)
def test_a_certificate_counts_from_its_first_second_to_its_last(
    apple: Signed, authority: Authority, moved: timedelta, valid: bool
) -> None:
    signature = DeviceSignature.parse(apple.header())
    if valid:
        signature.verify(BODY, issuer=authority.certificate, now=NOW + moved)
        return
    with pytest.raises(PkiError, match="not valid now"):
        signature.verify(BODY, issuer=authority.certificate, now=NOW + moved)
