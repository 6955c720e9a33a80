"""R23: the Topic is the UID in the subject of Apple's push certificate, and a device keeps the one it enrolled with."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from django.contrib.sites.models import Site

from enrollment.actions.authorities import BadPushCertificate, import_push_certificate
from enrollment.models import PushCertificate
from sites_config.secrets import decrypt
from tests import people
from tests.device.keys import pooled_key
from tests.device.phones import Phones
from tests.moved_clock import Clock

TOPIC = "com.apple.mgmt.External.0c0ffee0-1111-2222-3333-444455556666"


def push_certificate(clock: Clock, uid: str | None = TOPIC, key: RSAPrivateKey | None = None) -> bytes:
    """As Apple's portal gives it, but for the issuer."""
    names = [x509.NameAttribute(NameOID.COMMON_NAME, "APSP:0c0ffee0")]
    names += [] if uid is None else [x509.NameAttribute(NameOID.USER_ID, uid)]
    name = x509.Name(names)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key((key or pooled_key(0)).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=365))
        .sign(key or pooled_key(0), SHA256())
    )
    return certificate.public_bytes(Encoding.PEM)


def pem(key: RSAPrivateKey, encryption: KeySerializationEncryption | None = None) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


def upload(site: Site, clock: Clock, certificate: bytes, key: bytes, password: bytes | None = None) -> str:
    row = import_push_certificate(
        site=site, certificate_pem=certificate, key_pem=key, password=password, now=clock.now()
    )
    return row.topic


def test_r23_the_topic_of_a_profile_is_the_uid_of_the_uploaded_certificate(
    phones: Phones, alpha: Site, clock: Clock
) -> None:
    clock.forward(seconds=1)  # newer than the one the site began with
    assert upload(alpha, clock, push_certificate(clock), pem(pooled_key(0))) == TOPIC
    phone = phones.enrolled()
    assert phone.topic == TOPIC
    assert phone.enrollment.topic == TOPIC
    assert not PushCertificate.objects.get(topic=TOPIC).is_demo


def test_r23_a_device_keeps_its_topic_when_another_certificate_is_uploaded(
    phones: Phones, alpha: Site, clock: Clock
) -> None:
    phone = phones.enrolled()
    before = phone.topic
    clock.forward(seconds=1)
    upload(alpha, clock, push_certificate(clock), pem(pooled_key(0)))
    assert before != TOPIC
    phone.token_update()
    assert phone.check_in("TokenUpdate", Topic=TOPIC, Token=b"t", PushMagic="m").status == 400
    assert phones.enrolled().topic == TOPIC


def test_r23_the_yearly_renewal_keeps_the_row(alpha: Site, clock: Clock) -> None:
    for _ in range(2):
        upload(alpha, clock, push_certificate(clock), pem(pooled_key(0)))
    assert PushCertificate.objects.filter(topic=TOPIC).count() == 1


def test_r23_a_child_site_has_its_parents_topic(phones: Phones, alpha: Site) -> None:
    child = people.new_site("Alpha Primary", parent=alpha, ready=False)
    phone = phones.started(site=alpha, invitation=people.invite(child)[0])
    phone.take(phone.issue())
    assert phone.topic == PushCertificate.objects.get(site=alpha).topic


def test_r23_the_key_may_have_a_password_and_is_kept_encrypted(alpha: Site, clock: Clock) -> None:
    protected = pem(pooled_key(0), BestAvailableEncryption(b"secret"))
    upload(alpha, clock, push_certificate(clock), protected, b"secret")
    stored = bytes(PushCertificate.objects.get(topic=TOPIC).key_encrypted)
    assert b"PRIVATE" not in stored
    assert decrypt(stored).startswith(b"\x30\x82")
    with pytest.raises(BadPushCertificate, match="password"):
        upload(alpha, clock, push_certificate(clock), protected)


@pytest.mark.parametrize("uid", [None, "", "com.example.mgmt.x", "xcom.apple.mgmt.x"])
def test_r23_what_is_no_push_certificate_is_refused(alpha: Site, clock: Clock, uid: str | None) -> None:
    with pytest.raises(BadPushCertificate, match="UID"):
        upload(alpha, clock, push_certificate(clock, uid or None), pem(pooled_key(0)))


def test_r23_a_key_of_another_certificate_is_refused(alpha: Site, clock: Clock) -> None:
    with pytest.raises(BadPushCertificate, match="belong"):
        upload(alpha, clock, push_certificate(clock), pem(pooled_key(1)))


def test_r23_an_ended_certificate_is_refused(alpha: Site, clock: Clock) -> None:
    certificate = push_certificate(clock)
    clock.forward(hours=24 * 366)
    with pytest.raises(BadPushCertificate, match="ended"):
        upload(alpha, clock, certificate, pem(pooled_key(0)))
