"""Mdm-Signature: Alice's iPhone signs its messages; Bob and strangers try to speak for it."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from enrollment.pki.authority import Authority, issue_device_certificate
from enrollment.pki.errors import PkiError
from enrollment.pki.signature import MAX_HEADER, DeviceSignature

from .certificates import NOW
from .conftest import Certify
from .der import attribute, octets, oid
from .senders import (
    CONTENT_TYPE,
    DATA,
    MESSAGE_DIGEST,
    SIGNED_DATA,
    Signed,
    apple_signature,
    sign,
    simulator_signature,
    usual_attributes,
)
from .signatures import BODY, refused, verify


def test_an_iphone_signs_in_ber_over_sha_1_without_attributes(apple: Signed, authority: Authority) -> None:
    assert apple.encode()[:2] == b"\x30\x80"
    verify(apple, authority)


def test_a_simulator_signs_in_der_with_attributes(simulator: Signed, authority: Authority) -> None:
    verify(simulator, authority)


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384", "sha512"])
def test_newer_digests_verify_in_both_shapes(apple: Signed, authority: Authority, digest: str) -> None:
    plain = replace(apple, digest=digest, signature_algorithm=None)
    verify(plain, authority)
    verify(replace(plain, attributes=usual_attributes(BODY, digest), ber=False), authority)
    verify(replace(plain, attributes=usual_attributes(BODY, digest), ber=True), authority)


def test_attributes_are_verified_as_they_were_sent(simulator: Signed, authority: Authority) -> None:
    """A sender that does not sort them signed what it sent."""
    attributes = tuple(sorted(simulator.attributes or (), reverse=True))
    verify(replace(simulator, attributes=attributes, unsorted=True), authority)


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()])
def test_an_elliptic_curve_key_can_sign(
    certify: Certify, authority: Authority, curve: ec.EllipticCurve
) -> None:
    key = ec.generate_private_key(curve)
    verify(Signed(BODY, certify(key), key, digest="sha256"), authority)
    verify(simulator_signature(BODY, certify(key), key, "sha256"), authority)


def test_a_certificate_with_an_empty_subject_is_known_by_its_fingerprint(
    apple: Signed, device_certificate: x509.Certificate
) -> None:
    signature = DeviceSignature.parse(apple.header())
    assert signature.certificate == device_certificate
    assert not list(signature.certificate.subject)
    assert signature.certificate_der == device_certificate.public_bytes(Encoding.DER)
    assert signature.fingerprint == hashlib.sha256(signature.certificate_der).digest()


def test_what_we_issue_can_sign(authority: Authority, device_key: RSAPrivateKey) -> None:
    der = issue_device_certificate(
        authority,
        public_key=device_key.public_key(),
        serial=77,
        common_name="8F2K4M",
        organization="Northwind School",
        not_before=NOW,
        not_after=NOW + timedelta(days=1095),
    )
    verify(apple_signature(BODY, x509.load_der_x509_certificate(der), device_key), authority)


def test_the_chain_may_travel_along(signed: Signed, authority: Authority) -> None:
    verify(replace(signed, certificates=(authority.certificate, signed.certificate)), authority)


# --- what is signed -----------------------------------------------------------------------------------------


def flips(value: bytes, *, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    for position in range(start, len(value) if end is None else end):
        changed = bytearray(value)
        changed[position] ^= 1 << position % 8
        yield bytes(changed)


def test_every_flipped_byte_of_the_body_is_refused(signed: Signed, authority: Authority) -> None:
    for body in flips(BODY):
        refused(signed, authority, body=body)


def test_every_flipped_byte_of_the_signature_is_refused(signed: Signed, authority: Authority) -> None:
    encoded = signed.encode()
    signature = sign(signed.key, signed.signed_attributes() or BODY, signed.digest)
    start = encoded.index(signature)
    for changed in flips(encoded, start=start, end=start + len(signature)):
        refused(changed, authority)


def test_every_flipped_byte_of_the_attributes_is_refused(simulator: Signed, authority: Authority) -> None:
    encoded, attributes = simulator.encode(), simulator.signed_attributes()
    assert attributes is not None
    start = encoded.index(attributes[1:]) - 1
    for changed in flips(encoded, start=start, end=start + len(attributes)):
        refused(changed, authority)


def test_a_longer_or_shorter_body_is_refused(signed: Signed, authority: Authority) -> None:
    for body in (b"", BODY[:-1], BODY + b"\n"):
        refused(signed, authority, body=body)


def test_a_message_digest_of_another_body_is_refused(simulator: Signed, authority: Authority) -> None:
    other = replace(simulator, attributes=usual_attributes(b"another body"))
    assert refused(other, authority) == "messageDigest does not match"


def test_another_content_type_is_refused(simulator: Signed, authority: Authority) -> None:
    digest = usual_attributes(BODY)[1]
    other = replace(simulator, attributes=(attribute(CONTENT_TYPE, oid(SIGNED_DATA)), digest))
    assert refused(other, authority) == "contentType is another one"


@pytest.mark.parametrize("missing", [CONTENT_TYPE, MESSAGE_DIGEST])
def test_attributes_have_to_say_what_they_are_about(
    simulator: Signed, authority: Authority, missing: str
) -> None:
    kept = tuple(each for each in usual_attributes(BODY) if oid(missing) not in each)
    assert missing in refused(replace(simulator, attributes=kept), authority)


class WithEmptyAttributes(Signed):
    def sent_attributes(self) -> bytes:
        return b"\xa0\x00"


def test_empty_attributes_are_not_the_same_as_none(
    device_certificate: x509.Certificate, device_key: RSAPrivateKey, authority: Authority
) -> None:
    assert CONTENT_TYPE in refused(WithEmptyAttributes(BODY, device_certificate, device_key), authority)


def test_what_is_signed_has_to_be_data(signed: Signed, authority: Authority) -> None:
    assert refused(replace(signed, content_type=SIGNED_DATA), authority) == "signed content is not data"


def test_an_attribute_twice_is_refused(simulator: Signed, authority: Authority) -> None:
    twice = (*usual_attributes(BODY), usual_attributes(b"another body")[1])
    assert refused(replace(simulator, attributes=twice), authority) == "attribute twice"


def test_an_attribute_of_two_values_is_refused(simulator: Signed, authority: Authority) -> None:
    digests = octets(hashlib.sha1(BODY).digest()), octets(hashlib.sha1(b"another body").digest())
    two = (attribute(CONTENT_TYPE, oid(DATA)), attribute(MESSAGE_DIGEST, *digests))
    assert MESSAGE_DIGEST in refused(replace(simulator, attributes=two), authority)


def test_a_digest_of_another_name_than_the_signatures_is_refused(apple: Signed, authority: Authority) -> None:
    assert "sha256 with a signature over sha1" in refused(replace(apple, digest="sha256"), authority)


def test_md5_is_refused(apple: Signed, authority: Authority) -> None:
    assert "md5" in refused(replace(apple, digest="md5", signature_algorithm=None), authority)


# --- the header ---------------------------------------------------------------------------------------------


def test_content_of_its_own_is_refused(signed: Signed) -> None:
    """Otherwise the signature could be right about one body and the message say another."""
    for ber in (False, True):
        with pytest.raises(PkiError, match="content of its own"):
            DeviceSignature.parse(replace(signed, attached=True, ber=ber).header())


def test_a_header_of_eight_kilobytes_is_read_and_no_longer_one(apple: Signed, authority: Authority) -> None:
    padded = apple.header().ljust(MAX_HEADER)
    DeviceSignature.parse(padded).verify(BODY, issuer=authority.certificate, now=NOW)
    with pytest.raises(PkiError, match="8193 characters"):
        DeviceSignature.parse(padded + " ")


@pytest.mark.parametrize("header", ["", "AAAA", "!!!!", "MIAG", "ÄÖÜ", "MIAGCSqGSIb3DQEHAqCA", "\x00"])
def test_garbage_is_refused(header: str) -> None:
    with pytest.raises(PkiError):
        DeviceSignature.parse(header)
