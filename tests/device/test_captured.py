"""Messages that real devices sent, through the real endpoints, signed by a phone that was enrolled here.

Only UDID, Topic and CommandUUID are put in the place of the redacted ones: nothing else of the body changes.
"""

import plistlib
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from django.contrib.sites.models import Site

from enrollment.models import Authority, AuthorityState, Command, CommandState, Status
from enrollment.pki.keys import key_to_der
from sites_config.secrets import decrypt, encrypt
from tests.device.phones import Phone, Phones
from tests.mdm.captured import CHECK_INS, DATA, REPORTS, captured
from tests.phone.cms_build import Identity
from tests.phone.cms_read import only_signer, read_signed_data
from tests.phone.scep_reply import SENDER_NONCE, TRANSACTION_ID, Expected, ScepFailure, read_reply

CHECK_IN, CONNECT = "https://alpha.test/mdm/check-in", "https://alpha.test/mdm/connect"
SCEP_DATA = DATA / "scep"
# What each captured message answers, by its folder.
REQUEST_TYPES = {
    "CertificateList": "CertificateList",
    "DeviceInformation": "DeviceInformation",
    "ProfileList": "ProfileList",
    "SecurityInfo": "SecurityInfo",
}


def named(path: Path) -> str:
    return str(path.relative_to(DATA))


def spoken_by(phone: Phone, body: bytes, command: str = "") -> bytes:
    """The body with the phone's UDID and Topic, and the number of its command."""
    for key, value in (("UDID", phone.hardware.udid), ("Topic", phone.topic), ("CommandUUID", command)):
        found = rf"(<key>{key}</key>\s*<string>)[^<]*".encode()
        body = re.sub(found, rb"\g<1>" + value.encode(), body)
    return body


def text(body: bytes, key: str) -> str:
    """The text of a key; some captured messages were redacted until no reader of plists takes them."""
    found = re.search(rf"<key>{key}</key>\s*<string>([^<]*)".encode(), body)
    return found[1].decode() if found else ""


def fields(body: bytes) -> Mapping[str, object]:
    message: Mapping[str, object] = plistlib.loads(body)
    return message


@pytest.mark.parametrize("path", CHECK_INS, ids=named)
def test_a_captured_check_in_is_taken(phones: Phones, path: Path) -> None:
    body = path.read_bytes()
    kind, by_user = text(body, "MessageType"), text(body, "UserID")
    phone = phones.certified() if kind == "Authenticate" else phones.authenticated()
    assert phone.put(CHECK_IN, spoken_by(phone, body)).status == 200
    after = {
        "Authenticate": Status.AUTHENTICATED,
        "TokenUpdate": Status.AUTHENTICATED if by_user else Status.ENROLLED,
        "CheckOut": Status.FAILED,  # before the first TokenUpdate
    }
    assert phone.enrollment.status == after[kind]


@pytest.mark.parametrize("path", REPORTS, ids=named)
def test_a_captured_report_answers_its_command(phones: Phones, path: Path) -> None:
    phone, body = phones.enrolled(), path.read_bytes()
    waiting = queue(phone, REQUEST_TYPES.get(path.parent.name, "DeviceInformation"))

    assert phone.put(CONNECT, spoken_by(phone, body, str(waiting.uuid))).status == 200

    waiting.refresh_from_db()
    after = {
        "Acknowledged": CommandState.ACKNOWLEDGED,
        "Error": CommandState.ERROR,
        "CommandFormatError": CommandState.FORMAT_ERROR,
        "NotNow": CommandState.NOT_NOW,
    }
    assert waiting.state == after[text(body, "Status")]


def queue(phone: Phone, request_type: str) -> Command:
    phone.report(Status="Idle")  # the inventory is queued before anything else
    return Command.objects.create(
        site=phone.site,
        enrollment=phone.enrollment,
        request_type=request_type,
        queued_at=phone.clock(),
    )


def test_the_unlock_token_of_an_ipad_is_kept_encrypted(phones: Phones) -> None:
    phone = phones.authenticated()
    body = captured("nanomdm/mdm/TokenUpdate.1.plist")
    sent = fields(body)["UnlockToken"]
    assert isinstance(sent, bytes)
    phone.put(CHECK_IN, spoken_by(phone, body))
    stored = bytes(phone.enrollment.unlock_token_encrypted or b"")
    assert len(sent) > 1000
    assert sent not in stored
    assert decrypt(stored) == sent


def test_what_an_ipad_said_at_authenticate_stands_in_the_device_row(phones: Phones) -> None:
    phone = phones.certified()
    phone.put(CHECK_IN, spoken_by(phone, captured("nanomdm/mdm/Authenticate.1.plist")))
    phone.token_update()
    device = phone.enrollment.device
    assert device is not None
    message = fields(captured("nanomdm/mdm/Authenticate.1.plist"))
    assert (device.os_version, device.product_name, device.serial_number) == (
        message["OSVersion"],
        message["ProductName"],
        message["SerialNumber"],
    )


def test_the_request_of_2016_is_answered_with_a_signed_failure(phones: Phones, alpha: Site) -> None:
    """Its CSR has a version that is none, a key of 1024 bits and no challenge; it is opened and refused."""
    authority = captured_authority(alpha)
    url = f"/scep/{authority.public_id}?operation=PKIOperation"
    answer = phones.wire.ask("POST", url, (SCEP_DATA / "PKCSReq.der").read_bytes())
    body = bytes(getattr(answer, "content", b""))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/x-pki-message"
    with pytest.raises(ScepFailure) as caught:
        read_reply(body, expected_by_the_request_of_2016(bytes(authority.certificate_der)))
    assert caught.value.fail_info == "2"


def captured_authority(site: Site) -> Authority:
    """The authority that the captured request is encrypted to, as an accepted one of the site."""
    certificate = x509.load_pem_x509_certificate((SCEP_DATA / "testca" / "ca.pem").read_bytes())
    return Authority.objects.create(
        site=site,
        name="Test CA of 2016",
        state=AuthorityState.ACCEPTED,
        certificate_der=certificate.public_bytes(Encoding.DER),
        key_encrypted=encrypt(key_to_der(captured_key())),
        not_after=certificate.not_valid_after_utc,
        created_at=certificate.not_valid_before_utc,
    )


def captured_key() -> RSAPrivateKey:
    key = load_pem_private_key((SCEP_DATA / "testca" / "ca.key.plain.pem").read_bytes(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


def expected_by_the_request_of_2016(ca_certificate: bytes) -> Expected:
    """Nonce and transactionID of the captured request; nothing will be decrypted, so any key does."""
    message = read_signed_data((SCEP_DATA / "PKCSReq.der").read_bytes())
    signer, certificate = only_signer(message)
    assert signer.attributes is not None
    return Expected(
        Identity(certificate, captured_key()),
        signer.attributes[TRANSACTION_ID].printable,
        signer.attributes[SENDER_NONCE].octets,
        ca_certificate,
    )
