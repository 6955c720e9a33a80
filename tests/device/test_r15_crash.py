"""R15 inside one process: the signature fails after its reservation was committed. (tests/crash kills real ones.)"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from enrollment.actions import certificates
from enrollment.models import Certificate, Status
from tests.device.keys import pooled_key
from tests.device.phones import Phone, Phones
from tests.device.pki_messages import Asker
from tests.phone.scep_reply import ScepFailure


class Crash(Exception):
    """Stands for whatever ends a process."""


@contextmanager
def crash_at(name: str) -> Iterator[None]:
    def crash(*args: object, **kwargs: object) -> None:
        raise Crash

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(certificates, name, crash)
        with pytest.raises(Crash):
            yield


def reserved(phone: Phone) -> Asker:
    """Somebody whose certificate was reserved and never signed."""
    asker = Asker(phone, key=pooled_key(0), challenge=phone.challenge)
    with crash_at("_signed"):
        asker.ask()
    assert Certificate.objects.get(enrollment=phone.attempt).der is None
    return asker


def test_r15_what_will_be_signed_is_committed_before_the_signature(phones: Phones) -> None:
    phone = phones.with_profile()
    reserved(phone)
    row = phone.certificate
    assert row.serial_number
    assert row.transaction_id == Asker(phone, key=pooled_key(0)).transaction
    assert phone.enrollment.status == Status.PROFILE_ISSUED


@pytest.mark.parametrize("point", ["_signed", "_issue"])
def test_r15_the_same_key_gets_the_one_certificate_after_a_crash(phones: Phones, point: str) -> None:
    asker = Asker(phones.with_profile())
    with crash_at(point):
        asker.ask()
    der = asker.ask()
    assert bytes(Certificate.objects.get().der or b"") == der
    assert asker.ask() == der


def test_r15_the_reservation_holds_against_another_key(phones: Phones) -> None:
    phone = phones.with_profile()
    reserved(phone)
    with pytest.raises(ScepFailure):
        Asker(phone, key=pooled_key(1)).ask()
    assert phone.enrollment.status == Status.FAILED


def two_profiles(phone: Phone) -> tuple[Asker, Asker]:
    """Of the same attempt, the older first; each installed on a device of its own."""
    phone.take(phone.issue())
    older = Asker(phone, key=pooled_key(0), challenge=phone.challenge)
    phone.take(phone.issue())
    return older, Asker(phone, key=pooled_key(1), challenge=phone.challenge)


def test_r15_the_older_profile_gets_nothing_while_the_newer_is_reserved(phones: Phones) -> None:
    older, newer = two_profiles(phones.started())
    with crash_at("_signed"):
        newer.ask()
    with pytest.raises(ScepFailure):
        older.ask()
    der = newer.ask()
    assert bytes(Certificate.objects.get().der or b"") == der


def test_r15_a_reservation_that_was_never_signed_holds_up_no_later_profile(phones: Phones) -> None:
    phone = phones.with_profile()
    earlier = reserved(phone)
    phone.take(phone.issue())
    phone.obtain_certificate()
    with pytest.raises(ScepFailure):
        earlier.ask()
    assert Certificate.objects.filter(revoked_at=None).count() == 1
    phone.authenticate()
    phone.token_update()
    assert phone.enrollment.status == Status.ENROLLED


@pytest.mark.parametrize("newer_is", ["issued", "reserved"])
def test_a_signature_that_comes_too_late_is_not_handed_out(
    phones: Phones, monkeypatch: pytest.MonkeyPatch, newer_is: str
) -> None:
    """Between its reservation and its signature the newer profile took over."""
    older, newer = two_profiles(phones.started())
    signed = certificates._signed

    def slow(*args: Any, **kwargs: Any) -> bytes:
        monkeypatch.setattr(certificates, "_signed", signed)
        if newer_is == "issued":
            newer.ask()
        else:
            with crash_at("_signed"):
                newer.ask()
        return signed(*args, **kwargs)

    monkeypatch.setattr(certificates, "_signed", slow)
    with pytest.raises(ScepFailure):
        older.ask()
    assert Certificate.objects.exclude(revoked_at=None).get().der is None
    newer.ask()
    assert newer.phone.enrollment.status == Status.CERTIFICATE_ISSUED
