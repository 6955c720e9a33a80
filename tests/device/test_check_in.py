"""Check-in: Authenticate, TokenUpdate, CheckOut, in every order and shape that devices were seen to send them."""

import plistlib
from dataclasses import replace

import pytest

from enrollment.models import EventKind, FailureReason, Status
from sites_config.secrets import decrypt
from tests.device.phones import Phones
from tests.moved_clock import Clock
from tests.phone.mdm import CHECK_IN, MdmStyle


def test_authenticate_alone_enrolls_nobody(phones: Phones) -> None:
    phone = phones.authenticated()
    assert phone.enrollment.status == Status.AUTHENTICATED
    assert phone.enrollment.device is not None
    assert phone.enrollment.device.enrollment is None
    assert phone.report(Status="Idle").status == 400


def test_the_first_token_update_enrolls(phones: Phones) -> None:
    phone = phones.enrolled(udid="00008101-000A1B2C3D4E001E", serial="F2LX1234ABCD")
    enrollment = phone.enrollment
    assert enrollment.status == Status.ENROLLED
    assert enrollment.device is not None
    assert enrollment.device.enrollment == enrollment
    assert (enrollment.device.udid, enrollment.device.serial_number) == (
        "00008101-000A1B2C3D4E001E",
        "F2LX1234ABCD",
    )
    assert decrypt(bytes(enrollment.push_token_encrypted or b"")) == phone.hardware.push_token


def test_answers_to_check_ins_are_empty(phones: Phones) -> None:
    phone = phones.certified()
    for message_type, details in (("Authenticate", {}), ("TokenUpdate", PUSH), ("CheckOut", {})):
        answer = phone.check_in(message_type, **details)
        assert (answer.status, answer.body) == (200, b"")


PUSH = {"Token": b"t" * 32, "PushMagic": "magic"}


def test_a_token_update_before_authenticate_is_refused_and_noted(phones: Phones) -> None:
    phone = phones.certified()
    assert phone.check_in("TokenUpdate", **PUSH).status == 400
    assert phone.enrollment.status == Status.CERTIFICATE_ISSUED
    assert phone.enrollment.push_token_encrypted is None
    assert phone.events[-1] == EventKind.CERTIFICATE_REFUSED


def test_a_later_token_update_without_unlock_token_keeps_the_one_there_is(phones: Phones) -> None:
    phone = phones.enrolled()
    phone.mdm_style = MdmStyle(sends_unlock_token=False)
    phone.hardware = replace(phone.hardware, push_token=b"another token".ljust(32))
    phone.token_update()
    enrollment = phone.enrollment
    assert decrypt(bytes(enrollment.unlock_token_encrypted or b"")) == phone.hardware.unlock_token
    assert decrypt(bytes(enrollment.push_token_encrypted or b"")) == b"another token".ljust(32)


def test_authenticate_again_drops_the_push_data_until_they_come_anew(phones: Phones) -> None:
    phone = phones.enrolled()
    phone.authenticate()
    enrollment = phone.enrollment
    assert enrollment.status == Status.ENROLLED
    assert (enrollment.push_token_encrypted, enrollment.push_magic_encrypted) == (None, None)
    phone.token_update()
    assert phone.enrollment.push_token_encrypted is not None


def test_authenticate_twice_before_the_token_update_is_one(phones: Phones) -> None:
    phone = phones.authenticated()
    phone.authenticate()
    phone.token_update()
    assert phone.enrollment.status == Status.ENROLLED
    moved = [kind for kind in phone.events if kind == EventKind.MOVED]
    assert len(moved) == 5  # started, profile, certificate, authenticated, enrolled


def test_check_out_twice_is_check_out_once(phones: Phones) -> None:
    phone = phones.enrolled()
    assert [phone.check_in("CheckOut").status for _ in range(2)] == [200, 200]
    assert phone.enrollment.status == Status.CHECKED_OUT
    assert phone.events.count(EventKind.MOVED) == 6
    assert phone.report(Status="Idle").status == 400


def test_removing_the_profile_before_the_end_fails_the_attempt(phones: Phones) -> None:
    phone = phones.authenticated()
    phone.check_out()
    assert phone.enrollment.status == Status.FAILED
    assert phone.enrollment.failure_reason == FailureReason.PROFILE_REMOVED


def test_a_revoked_certificate_cannot_check_out_what_came_after_it(phones: Phones) -> None:
    phone = phones.certified()
    earlier = phone.identity
    phone.take(phone.issue())  # Download again revokes the first certificate
    phone.obtain_certificate()
    phone.authenticate()
    phone.token_update()

    phone.identity = earlier
    assert phone.check_in("CheckOut").status == 200

    assert phone.enrollment.status == Status.ENROLLED
    assert phone.certificate.revoked_at is None


def test_a_revoked_certificate_cannot_fail_the_attempt_after_it(phones: Phones) -> None:
    phone = phones.certified()
    earlier = phone.identity
    phone.take(phone.issue())
    phone.obtain_certificate()
    phone.identity = earlier
    phone.check_in("CheckOut")
    assert phone.enrollment.status == Status.CERTIFICATE_ISSUED


def test_a_certificate_unused_for_thirty_minutes_no_longer_authenticates(
    phones: Phones, clock: Clock
) -> None:
    in_time, too_late = phones.certified(), phones.certified()
    clock.forward(minutes=29, seconds=59)
    assert in_time.check_in("Authenticate").status == 200
    clock.forward(seconds=1)
    assert too_late.check_in("Authenticate").status == 400
    assert too_late.enrollment.device is None


@pytest.mark.parametrize("message_type", ["", "Authenticat", "authenticate", "Frobnicate", "x" * 5000])
def test_an_unknown_message_type_is_a_bad_request(phones: Phones, message_type: str) -> None:
    phone = phones.enrolled()
    assert phone.check_in(message_type).status == 400


@pytest.mark.parametrize(
    "message_type", ["DeclarativeManagement", "GetBootstrapToken", "GetToken", "UserAuthenticate"]
)
def test_what_the_profile_does_not_announce_is_a_bad_request(phones: Phones, message_type: str) -> None:
    phone = phones.enrolled()
    assert phone.check_in(message_type).status == 400
    assert phone.enrollment.status == Status.ENROLLED


def test_a_user_on_the_device_changes_nothing_of_the_device(phones: Phones) -> None:
    phone = phones.enrolled()
    before = phone.enrollment.push_token_encrypted
    user = {"UserID": "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "UserShortName": "ana"}
    assert phone.check_in("TokenUpdate", **PUSH, **user).status == 200
    assert phone.enrollment.push_token_encrypted == before


@pytest.mark.parametrize(
    "content_type",
    [
        CHECK_IN,
        f"{CHECK_IN}; charset=UTF-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
    ],
)
def test_the_content_type_decides_nothing(phones: Phones, content_type: str) -> None:
    phone = phones.certified()
    message = {"MessageType": "Authenticate", "Topic": phone.topic, "UDID": phone.hardware.udid}
    answer = phone.mdm.put("https://alpha.test/mdm/check-in", plistlib.dumps(message), content_type)
    assert answer.status == 200
    assert phone.enrollment.status == Status.AUTHENTICATED


def test_a_message_of_another_topic_is_refused(phones: Phones) -> None:
    phone = phones.certified()
    assert phone.check_in("Authenticate", Topic="com.apple.mgmt.External.other").status == 400
    phone.authenticate()
    assert phone.check_in("TokenUpdate", **PUSH, Topic="com.apple.mgmt.External.other").status == 400
    assert phone.enrollment.status == Status.AUTHENTICATED


@pytest.mark.parametrize("url", ["/mdm/check-in", "/mdm/connect"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "PATCH", "OPTIONS"])
def test_only_put_is_answered(phones: Phones, url: str, method: str) -> None:
    answer = phones.wire.ask(method, url)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "PUT"


def test_authenticate_again_begins_anew(phones: Phones) -> None:
    """Apple: a repeated Authenticate is a fresh enrollment; the queue and the keys of before are no longer good."""
    phone = phones.enrolled()
    phone.report(Status="Idle")  # the inventory waits
    phone.hardware = replace(phone.hardware, serial="ANOTHERSERIAL")
    phone.authenticate()
    enrollment = phone.enrollment
    assert not enrollment.commands.exists() and enrollment.inventory_queued_at is None
    assert enrollment.unlock_token_encrypted is None
    assert enrollment.claimed["serial_number"] == "ANOTHERSERIAL"

    phone.token_update()
    answer = phone.report(Status="Idle")

    assert plistlib.loads(answer.body)["Command"]["RequestType"] == "DeviceInformation"


def test_r09_a_token_update_after_a_day_enrolls_nobody(phones: Phones, clock: Clock) -> None:
    in_time, too_late = phones.authenticated(udid="A"), phones.authenticated(udid="B")
    clock.forward(hours=24, seconds=-1)
    in_time.token_update()
    clock.forward(seconds=1)

    assert too_late.check_in("TokenUpdate", Token=b"t" * 32, PushMagic="magic").status == 400

    assert in_time.enrollment.status == Status.ENROLLED
    assert too_late.enrollment.status == Status.AUTHENTICATED
    assert too_late.enrollment.lapsed(clock.now())
