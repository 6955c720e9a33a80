"""R13: at most one unrevoked certificate per enrollment, held by the database."""

import pytest
from django.db import IntegrityError, transaction

from enrollment.models import Certificate, Challenge, Status
from tests.device.phones import Phone, Phones
from tests.moved_clock import Clock


def copy_of(certificate: Certificate, challenge: Challenge) -> Certificate:
    """Another certificate of the same enrollment."""
    certificate.pk, certificate.challenge = None, challenge
    certificate.serial_number, certificate.sha256 = "1234", b"another fingerprint of 32 bytes."
    return certificate


def spare_challenge(phone: Phone) -> Challenge:
    phone.issue()
    return Challenge.objects.filter(enrollment=phone.attempt).latest("pk")


def test_r13_the_database_refuses_a_second_unrevoked_certificate(phones: Phones) -> None:
    phone = phones.started()
    phone.take(phone.issue())
    challenge = spare_challenge(phone)
    phone.obtain_certificate()
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_of(phone.certificate, challenge).save(force_insert=True)
    assert Certificate.objects.count() == 1


def test_r13_a_revoked_one_makes_room(phones: Phones, clock: Clock) -> None:
    phone = phones.started()
    phone.take(phone.issue())
    challenge = spare_challenge(phone)
    phone.obtain_certificate()
    Certificate.objects.update(revoked_at=clock.now())
    phone_certificate = Certificate.objects.get()
    phone_certificate.revoked_at = None
    copy_of(phone_certificate, challenge).save(force_insert=True)
    assert Certificate.objects.count() == 2


@pytest.mark.parametrize("reach", ["certified", "authenticated"])
def test_r13_download_again_revokes_in_the_same_step(phones: Phones, reach: str) -> None:
    phone: Phone = getattr(phones, reach)()
    earlier = phone.certificate
    phone.issue()
    earlier.refresh_from_db()
    assert earlier.revoked_at is not None
    assert phone.enrollment.status == Status.PROFILE_ISSUED
    assert phone.check_in("Authenticate").status == 400


def test_r13_a_certificate_is_recorded_under_one_serial_and_one_fingerprint(phones: Phones) -> None:
    first, second = phones.certified(), phones.certified()
    for column in ("serial_number", "sha256"):
        row = second.certificate
        setattr(row, column, getattr(first.certificate, column))
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
