"""Mdm-Signature at the check-in: who is believed, and who is answered with 400 and changes nothing."""

import base64
import hashlib
import plistlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from django.contrib.sites.models import Site

from enrollment.actions.issuing import loaded_authority
from enrollment.models import Authority, Certificate, Event, EventKind, Status
from tests.device.keys import pooled_key
from tests.device.phones import Phone, Phones
from tests.moved_clock import Clock
from tests.phone import ber
from tests.phone.cms_build import Identity, sign
from tests.phone.cms_read import read_signed_data
from tests.phone.mdm import MdmStyle
from tests.phone.mdm_signature import DEVICE, SIMULATOR, SignatureShape, mdm_signature

CHECK_IN = "/mdm/check-in"


def authenticate_body(phone: Phone, **changes: object) -> bytes:
    message = {"MessageType": "Authenticate", "Topic": phone.topic, "UDID": phone.hardware.udid}
    return plistlib.dumps(message | changes)


def put(phone: Phone, body: bytes, signature: str | None) -> int:
    headers = {} if signature is None else {"Mdm-Signature": signature}
    return phone.wire.ask("PUT", CHECK_IN, body, headers).status_code


def signed(
    phone: Phone, body: bytes, shape: SignatureShape = DEVICE, identity: Identity | None = None
) -> str:
    signer = identity or phone.identity
    assert signer is not None
    return mdm_signature(body, signer, shape, now=phone.clock())


@pytest.mark.parametrize("encoding", [ber.BER, ber.DER], ids=["BER", "DER"])
@pytest.mark.parametrize("attributes", [False, True], ids=["bare", "attributes"])
@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha384", "sha512"])
def test_every_shape_of_signature_is_believed(
    phones: Phones, digest: str, attributes: bool, encoding: ber.Encoding
) -> None:
    phone = phones.certified()
    phone.mdm_style = MdmStyle(signature=SignatureShape(encoding, digest, attributes))
    phone.authenticate()
    phone.token_update()
    assert phone.enrollment.status == Status.ENROLLED


@pytest.mark.parametrize("shape", [DEVICE, SIMULATOR], ids=["device", "simulator"])
def test_a_certificate_with_an_empty_subject_is_known_by_its_fingerprint(
    phones: Phones, shape: SignatureShape
) -> None:
    phone = phones.certified()
    phone.identity = reissued(phone, x509.Name([]))
    body = authenticate_body(phone)
    assert put(phone, body, signed(phone, body, shape)) == 200
    assert phone.enrollment.status == Status.AUTHENTICATED


def reissued(phone: Phone, subject: x509.Name, **options: Any) -> Identity:
    """The phone's certificate made once more by its authority with this subject, and so recorded."""
    identity = foreign_identity(phone, authority_key(phone), subject=subject, **options)
    der = identity.certificate
    Certificate.objects.filter(pk=phone.certificate.pk).update(der=der, sha256=hashlib.sha256(der).digest())
    return identity


def authority_key(phone: Phone) -> RSAPrivateKey:
    return loaded_authority(phone.certificate.authority).key


def foreign_identity(
    phone: Phone,
    issuer_key: RSAPrivateKey,
    *,
    subject: x509.Name | None = None,
    usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.CLIENT_AUTH,
    days: int = 30,
) -> Identity:
    """A certificate for the phone's key in the name of its authority, signed with any key."""
    now, row = phone.clock(), phone.certificate
    issuer = x509.load_der_x509_certificate(bytes(row.authority.certificate_der)).subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(issuer if subject is None else subject)
        .issuer_name(issuer)
        .public_key(phone_key(phone).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=31))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    )
    return Identity(builder.sign(issuer_key, SHA256()).public_bytes(Encoding.DER), phone_key(phone))


def phone_key(phone: Phone) -> RSAPrivateKey:
    assert phone.identity is not None
    return phone.identity.key


@pytest.mark.parametrize("shape", [DEVICE, SIMULATOR], ids=["device", "simulator"])
def test_a_changed_body_is_refused(phones: Phones, shape: SignatureShape) -> None:
    phone = phones.certified()
    body = authenticate_body(phone)
    assert put(phone, body.replace(b"Authenticate", b"Authenticat3"), signed(phone, body, shape)) == 400
    assert put(phone, body + b"\n", signed(phone, body, shape)) == 400
    assert phone.enrollment.status == Status.CERTIFICATE_ISSUED
    assert put(phone, body, signed(phone, body, shape)) == 200


def test_the_signed_attributes_of_one_body_do_not_sign_another(phones: Phones) -> None:
    phone = phones.certified()
    idle, body = b"another body", authenticate_body(phone)
    assert put(phone, body, signed(phone, idle, SIMULATOR)) == 400


def test_signed_attributes_are_not_a_body(phones: Phones) -> None:
    """ForgedAttributes: the signature over a message's attributes, presented as one over a body without any."""
    phone = phones.certified()
    assert phone.identity is not None
    genuine = read_signed_data(base64.b64decode(signed(phone, authenticate_body(phone), SIMULATOR)))
    attributes = genuine.signers[0].attributes_der
    forged = sign(attributes, phone.identity, digest="sha1", encoding=ber.DER, detached=True)
    assert put(phone, attributes, base64.b64encode(forged).decode()) == 400


def test_a_signature_that_brings_its_own_content_is_refused(phones: Phones) -> None:
    phone = phones.certified()
    assert phone.identity is not None
    body = authenticate_body(phone)
    attached = sign(body, phone.identity, digest="sha1", encoding=ber.DER)
    assert put(phone, body, base64.b64encode(attached).decode()) == 400


@pytest.mark.parametrize(
    "signature",
    [None, "", "!", "MIIB", "A" * 8193, base64.b64encode(b"\x30\x80" * 4000).decode(), "\x00", "ü"],
)
def test_without_a_usable_signature_nobody_is_believed(phones: Phones, signature: str | None) -> None:
    phone = phones.certified()
    assert put(phone, authenticate_body(phone), signature) == 400
    assert phone.enrollment.status == Status.CERTIFICATE_ISSUED


def test_a_certificate_of_another_authority_of_the_same_name_is_refused(phones: Phones) -> None:
    phone = phones.certified()
    stranger = foreign_identity(phone, pooled_key(0))
    body = authenticate_body(phone)
    assert put(phone, body, signed(phone, body, DEVICE, stranger)) == 400
    assert not Event.objects.filter(kind=EventKind.CERTIFICATE_REFUSED).exists()


def test_a_certificate_under_a_known_fingerprint_still_has_to_be_issued_by_its_authority(
    phones: Phones,
) -> None:
    phone = phones.certified()
    stranger = foreign_identity(phone, pooled_key(0))
    fingerprint = hashlib.sha256(stranger.certificate).digest()
    Certificate.objects.filter(pk=phone.certificate.pk).update(sha256=fingerprint)
    body = authenticate_body(phone)
    assert put(phone, body, signed(phone, body, DEVICE, stranger)) == 400


def test_a_certificate_for_servers_speaks_for_no_device(phones: Phones) -> None:
    phone = phones.certified()
    phone.identity = reissued(phone, x509.Name([]), usage=ExtendedKeyUsageOID.SERVER_AUTH)
    body = authenticate_body(phone)
    assert put(phone, body, signed(phone, body)) == 400


def test_an_expired_certificate_speaks_for_no_device(phones: Phones, clock: Clock) -> None:
    phone = phones.enrolled()
    clock.forward(hours=24 * (3 * 365.25 + 1))
    assert phone.report(Status="Idle").status == 400
    assert phone.enrollment.status == Status.ENROLLED


def test_r18_an_unknown_certificate_of_ours_gets_400_and_an_event(phones: Phones, alpha: Site) -> None:
    """As after a restored backup: the authority signed it, and no row knows it."""
    phone = phones.certified()
    unknown = foreign_identity(phone, authority_key(phone))
    body = authenticate_body(phone)
    assert put(phone, body, signed(phone, body, DEVICE, unknown)) == 400
    event = Event.objects.get(kind=EventKind.CERTIFICATE_REFUSED)
    assert (event.site, event.enrollment) == (alpha, None)


def test_the_signing_identity_of_profiles_speaks_for_no_device(phones: Phones) -> None:
    """R19: its key is certified by the same authority."""
    phone = phones.certified()
    unknown = foreign_identity(phone, authority_key(phone), usage=ExtendedKeyUsageOID.EMAIL_PROTECTION)
    body = authenticate_body(phone)
    assert put(phone, body, signed(phone, body, DEVICE, unknown)) == 400
    assert not Event.objects.filter(kind=EventKind.CERTIFICATE_REFUSED).exists()


def test_a_certificate_speaks_for_the_udid_it_authenticated_with(phones: Phones) -> None:
    ana, ben = phones.enrolled(), phones.enrolled()
    ana.hardware = replace(ana.hardware, udid=ben.hardware.udid)
    for answer in (ana.check_in("CheckOut"), ana.report(Status="Idle"), ana.check_in("Authenticate")):
        assert answer.status == 400
    assert ben.enrollment.status == Status.ENROLLED
    assert ana.enrollment.status == Status.ENROLLED
    assert ana.events[-1] == EventKind.CERTIFICATE_REFUSED


def test_an_issuer_whose_name_is_no_text_is_refused_like_any_other(phones: Phones) -> None:
    phone = phones.certified()
    stranger = foreign_identity(phone, pooled_key(0))
    garbled = replace(stranger, certificate=stranger.certificate.replace(b"Alpha", b"\xff\xff\xff\xff\xff"))
    body = authenticate_body(phone)
    assert put(phone, body, signed(phone, body, DEVICE, garbled)) == 400


def test_authority_rows_are_found_by_certificate_even_among_many(phones: Phones, beta: Site) -> None:
    phone = phones.enrolled()
    assert Authority.objects.count() == 2
    assert phone.report(Status="Idle").status == 200
