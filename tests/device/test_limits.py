"""How much a stranger may send: refused before it is read, and nothing of it is kept."""

import io
import plistlib
from typing import Any

import pytest
from django.test import RequestFactory

from enrollment.mdm.check_in import CHECK_IN_LIMIT
from enrollment.mdm.report import REPORT_LIMIT
from enrollment.views.mdm import CheckIn, Connect
from enrollment.views.scep import MAX_MESSAGE
from tests.device.phones import Phones
from tests.device.pki_messages import Asker
from tests.phone.mdm_signature import DEVICE, mdm_signature

LIMITS = {"/mdm/check-in": CHECK_IN_LIMIT, "/mdm/connect": REPORT_LIMIT}


class Unreadable(io.RawIOBase):
    """A body that must not be read."""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("the body was read")


def padded(message: dict[str, Any], size: int) -> bytes:
    """The message as a property list of exactly ``size`` bytes."""
    return plistlib.dumps(message).ljust(size)


@pytest.mark.parametrize("path", LIMITS)
def test_a_message_as_long_as_the_limit_is_read_and_one_byte_more_is_not(phones: Phones, path: str) -> None:
    phone = phones.enrolled()
    message = {"MessageType": "Authenticate", "Topic": phone.topic, "UDID": phone.hardware.udid}
    message |= {"Status": "Idle"}
    statuses = []
    for size in (LIMITS[path], LIMITS[path] + 1):
        body = padded(message, size)
        statuses.append(phone.put(f"https://alpha.test{path}", body).status)
    assert statuses == [200, 400]


@pytest.mark.parametrize(("view", "limit"), [(CheckIn, CHECK_IN_LIMIT), (Connect, REPORT_LIMIT)])
def test_a_body_over_the_limit_is_refused_unread(view: type[CheckIn], limit: int) -> None:
    request = RequestFactory().put("/mdm", HTTP_MDM_SIGNATURE="MIIB")
    request.META |= {"CONTENT_LENGTH": str(limit + 1), "wsgi.input": Unreadable()}
    request._stream = Unreadable()  # type: ignore[assignment]
    request.reference = "TESTTEST"  # type: ignore[attr-defined]
    assert view.as_view()(request).status_code == 400


def test_a_scep_message_over_a_mebibyte_is_refused(phones: Phones) -> None:
    asker = Asker(phones.with_profile())
    assert asker.post(b"\x30\x83\x0f\xff\xfb".ljust(MAX_MESSAGE + 1))[0] == 400
    assert asker.post(b"\x30\x84\x7f\xff\xff\xff" + bytes(1000))[0] == 400


def test_a_signature_over_eight_kilobytes_is_refused(phones: Phones) -> None:
    phone = phones.certified()
    assert phone.identity is not None
    body = plistlib.dumps({"MessageType": "Authenticate", "Topic": phone.topic, "UDID": phone.hardware.udid})
    genuine = mdm_signature(body, phone.identity, DEVICE, now=phone.clock())
    for length, status in ((8192, 200), (8193, 400)):
        headers = {"Mdm-Signature": genuine.rjust(length)}
        assert phone.wire.ask("PUT", "/mdm/check-in", body, headers).status_code == status


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"bplist00\xd0\x08\x00\x00",
        b"<plist><array/></plist>",
        b"<plist><dict><key>UDID</key></dict></plist>",
        b"<plist>" + b"<dict><key>a</key>" * 1000,
        b'<!DOCTYPE plist [<!ENTITY a "b">]><plist><dict><key>UDID</key><string>&a;</string></dict></plist>',
        "<plist><dict/></plist>".encode("utf-16"),
        b"\xff\xfe\xfd",
    ],
    ids=["empty", "binary", "array", "key alone", "deep", "entity", "UTF-16", "garbage"],
)
@pytest.mark.parametrize("path", LIMITS)
def test_a_signed_body_that_is_no_message_is_a_bad_request(phones: Phones, path: str, body: bytes) -> None:
    phone = phones.enrolled()
    assert phone.put(f"https://alpha.test{path}", body).status == 400


@pytest.mark.parametrize("path", LIMITS)
def test_a_key_given_twice_is_refused(phones: Phones, path: str) -> None:
    """Two readers could take different ones of them."""
    phone = phones.enrolled()
    once = plistlib.dumps({"MessageType": "TokenUpdate", "Topic": phone.topic, "UDID": phone.hardware.udid})
    twice = once.replace(b"<key>UDID</key>", b"<key>UDID</key><string>another</string><key>UDID</key>")
    assert phone.put(f"https://alpha.test{path}", twice).status == 400
