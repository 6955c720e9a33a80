"""The SCEP client: what it sends is read by openssl, what it takes is as strict as Apple's client."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from asn1crypto import cms, core
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates

from tests.phone.ber import DER
from tests.phone.csr import CsrStyle
from tests.phone.errors import PhoneError
from tests.phone.network import Network
from tests.phone.scep import ScepClient, ScepStyle
from tests.phone.scep_reply import ScepFailure
from tests.phone_checks.authority import ROOT, STRANGER, certify, rsa_key
from tests.phone_checks.double import Double, Reply
from tests.phone_checks.double_scep import DoubleAuthority
from tests.phone_checks.enrollment_profile import CHALLENGE, scep_payload, sign_bytes
from tests.phone_checks.openssl import openssl, structure

KEY = rsa_key(10)


@pytest.fixture
def authority(double: Double) -> DoubleAuthority:
    authority = DoubleAuthority()
    double.routes |= {"GET /scep": authority.serve, "POST /scep": authority.serve}
    return authority


def client(double: Double, style: ScepStyle | None = None, **content: Any) -> ScepClient:
    payload = scep_payload(double.url)["PayloadContent"] | content
    return ScepClient(payload, Network(), style=style or ScepStyle())


def algorithms(message: bytes) -> tuple[str, str]:
    """Content encryption and digest of a PKCSReq."""
    signed = cms.ContentInfo.load(message)["content"]
    enveloped = cms.ContentInfo.load(signed["encap_content_info"]["content"].native)["content"]
    cipher = enveloped["encrypted_content_info"]["content_encryption_algorithm"]["algorithm"]
    return cipher.native, signed["signer_infos"][0]["digest_algorithm"]["algorithm"].native


@pytest.mark.parametrize(
    ("cipher", "named"), [("aes128", "aes128_cbc"), ("3des", "tripledes_3key"), ("des", "des")]
)
@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha512"])
def test_every_cipher_and_digest_reaches_a_certificate(
    double: Double, authority: DoubleAuthority, cipher: str, named: str, digest: str
) -> None:
    leaf = client(double, ScepStyle(cipher=cipher, digest=digest)).obtain(KEY)
    assert x509.load_der_x509_certificate(leaf).public_key() == KEY.public_key()
    assert algorithms(authority.messages[0]) == (named, digest)


@pytest.mark.parametrize(
    ("capabilities", "chosen"),
    [
        (b"POSTPKIOperation\nSHA-1\nSHA-256\nSHA-512\nAES", ("aes128_cbc", "sha512")),
        (b"SHA-256\nDES3", ("tripledes_3key", "sha256")),
        (b"SHA-1", ("tripledes_3key", "sha1")),
    ],
)
def test_algorithms_and_method_follow_the_capabilities(
    double: Double, authority: DoubleAuthority, capabilities: bytes, chosen: tuple[str, str]
) -> None:
    authority.capabilities = capabilities
    client(double).obtain(KEY)
    assert algorithms(authority.messages[0]) == chosen
    assert double.asked[-1].method == ("POST" if b"POSTPKIOperation" in capabilities else "GET")


def test_a_server_without_a_known_digest_is_refused(double: Double, authority: DoubleAuthority) -> None:
    authority.capabilities = b"POSTPKIOperation\nAES"
    with pytest.raises(PhoneError, match="offers none of SHA-1"):
        client(double).obtain(KEY)


@pytest.mark.parametrize("method", ["GET", "GET-urlsafe", "GET-plus"])
def test_the_message_travels_in_the_request_line(
    double: Double, authority: DoubleAuthority, method: str
) -> None:
    phone = client(double, ScepStyle(method=method))
    phone.obtain(KEY)
    assert authority.messages == [phone.sent[0].data]


def test_envelope_and_signature_are_ber_with_indefinite_lengths(
    double: Double, authority: DoubleAuthority
) -> None:
    client(double).obtain(KEY)
    assert structure(authority.messages[0]).count("l=inf") >= 6
    client(double, ScepStyle(encoding=DER)).obtain(KEY)
    assert "l=inf" not in structure(authority.messages[1])


def test_the_request_speaks_as_apple_does(double: Double, authority: DoubleAuthority) -> None:
    client(double).obtain(KEY)
    signed = cms.ContentInfo.load(authority.messages[0])["content"]
    attributes = {a["type"].dotted: a["values"][0] for a in signed["signer_infos"][0]["signed_attrs"]}
    pkcs1 = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    transaction = attributes["2.16.840.1.113733.1.9.7"]
    assert transaction.native == hashlib.sha1(pkcs1).hexdigest().upper()
    assert attributes["2.16.840.1.113733.1.9.2"].native == "19"
    assert len(attributes["2.16.840.1.113733.1.9.5"].native) == 16
    assert double.asked[0].query == {"operation": "GetCACaps", "message": "double"}


@pytest.mark.parametrize(("challenge", "kind"), [(CHALLENGE, "PrintableString"), ("käse_42", "UTF8String")])
def test_the_challenge_is_printable_if_it_can_be(
    double: Double, authority: DoubleAuthority, challenge: str, kind: str
) -> None:
    client(double, Challenge=challenge).obtain(KEY)
    attributes = authority.requests[0]["certification_request_info"]["attributes"]
    values = {a["type"].native: a["values"][0] for a in attributes}
    assert values["challenge_password"].native == challenge
    assert type(values["challenge_password"].chosen).__name__ == kind


def test_the_request_inside_verifies(double: Double, authority: DoubleAuthority) -> None:
    client(double).obtain(KEY)
    request = authority.requests[0].dump()
    openssl("req", "-verify", "-noout", "-inform", "DER", data=request)
    read = x509.load_der_x509_csr(request)
    assert read.subject.rfc4514_string() == "CN=device,O=Double"
    usage = read.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.key_encipherment


@pytest.mark.parametrize(
    ("style", "complaint"),
    [
        (CsrStyle(version=2), "InvalidVersion|version"),
        (CsrStyle(sorted_attributes=False), "InvalidSetOrdering"),
    ],
    ids=["version 2", "unsorted"],
)
def test_the_odd_requests_of_old_clients_are_as_odd(
    double: Double, authority: DoubleAuthority, style: CsrStyle, complaint: str
) -> None:
    client(double, ScepStyle(csr=style)).obtain(KEY)
    with pytest.raises((ValueError, x509.InvalidVersion), match=complaint):
        x509.load_der_x509_csr(authority.requests[0].dump())


def test_a_repeated_request_has_the_same_bytes(double: Double, authority: DoubleAuthority) -> None:
    phone = client(double)
    phone.obtain(KEY)
    phone.send(phone.sent[0])
    assert authority.messages[0] == authority.messages[1]


def test_another_key_can_send_the_same_challenge(double: Double, authority: DoubleAuthority) -> None:
    phone = client(double)
    phone.obtain(KEY)
    phone.obtain(rsa_key(11))
    keys = [r["certification_request_info"]["subject_pk_info"].dump() for r in authority.requests]
    assert keys[0] != keys[1]


@pytest.mark.parametrize("digest", [hashlib.md5, hashlib.sha1, hashlib.sha256, hashlib.sha512])
def test_a_fingerprint_is_compared_by_its_length(
    double: Double, authority: DoubleAuthority, digest: Any
) -> None:
    client(double, CAFingerprint=digest(ROOT.der).digest()).ask_ca_certificate()
    with pytest.raises(PhoneError, match="CAFingerprint is not that"):
        client(double, CAFingerprint=digest(STRANGER.der).digest()).ask_ca_certificate()


def test_the_authority_comes_as_exactly_one_certificate(double: Double, authority: DoubleAuthority) -> None:
    authority.ca_media_type = "application/x-x509-ca-ra-cert"
    with pytest.raises(PhoneError, match="GetCACert answered HTTP 200, application/x-x509-ca-ra-cert"):
        client(double).ask_ca_certificate()
    double.routes["GET /scep"] = lambda asked: Reply(ROOT.der + ROOT.der, "application/x-x509-ca-cert")
    with pytest.raises(PhoneError, match="not one DER certificate"):
        client(double).ask_ca_certificate()


def test_a_refusal_carries_its_reason(double: Double, authority: DoubleAuthority) -> None:
    authority.fail_info = "2"
    with pytest.raises(ScepFailure, match="pkiStatus 2, failInfo 2"):
        client(double).obtain(KEY)


@pytest.mark.parametrize(
    ("replaced", "complaint"),
    [
        ({2: core.PrintableString("19")}, "messageType is not CertRep"),
        ({3: core.UTF8String("0")}, "tag 0x13 expected"),
        ({5: core.OctetString(b"short")}, "senderNonce is not 16 octets"),
        ({6: core.OctetString(b"x" * 16)}, "recipientNonce"),
        ({7: core.PrintableString("OTHER")}, "transactionID is another"),
    ],
)
def test_a_reply_with_a_wrong_attribute_is_refused(
    double: Double, authority: DoubleAuthority, replaced: dict[int, core.Asn1Value], complaint: str
) -> None:
    authority.replaced = replaced
    with pytest.raises(PhoneError, match=complaint):
        client(double).obtain(KEY)


def test_a_reply_signed_by_anybody_else_is_refused(double: Double, authority: DoubleAuthority) -> None:
    authority.signer = STRANGER
    with pytest.raises(PhoneError, match="its signer is not the certificate from GetCACert"):
        client(double).obtain(KEY)


def test_a_certificate_for_another_key_is_refused(double: Double, authority: DoubleAuthority) -> None:
    authority.issued_for = STRANGER.key.public_key()
    with pytest.raises(PhoneError, match="for another key"):
        client(double).obtain(KEY)


def test_a_reply_whose_content_type_is_another_is_refused(double: Double, authority: DoubleAuthority) -> None:
    authority.content_type = "enveloped_data"
    with pytest.raises(PhoneError, match="contentType is not the type"):
        client(double).obtain(KEY)


def test_what_comes_in_the_envelope_must_be_unsigned_and_of_this_authority(
    double: Double, authority: DoubleAuthority
) -> None:
    authority.envelope_content = sign_bytes(b"signed")
    with pytest.raises(PhoneError, match="has signers"):
        client(double).obtain(KEY)
    foreign = certify(KEY.public_key(), "device", STRANGER, STRANGER.key, ca=False)
    authority.envelope_content = serialize_certificates([foreign], Encoding.DER)
    with pytest.raises(PhoneError, match="not from this authority"):
        client(double).obtain(KEY)


def test_a_refusal_may_not_carry_content(double: Double, authority: DoubleAuthority) -> None:
    authority.fail_info, authority.envelope_content = "2", b"something"
    with pytest.raises(PhoneError, match="without success carries content"):
        client(double).obtain(KEY)
