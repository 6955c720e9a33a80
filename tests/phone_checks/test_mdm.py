"""The MDM client: what it tells, how it obeys, and when it refuses to go on."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.phone.cms_build import Identity
from tests.phone.commands import Orders
from tests.phone.errors import PhoneError
from tests.phone.hardware import Hardware
from tests.phone.mdm import MdmClient
from tests.phone.network import Network
from tests.phone.settings import Settings
from tests.phone_checks.authority import NOW, ROOT, certify, rsa_key
from tests.phone_checks.double import Double, see_other
from tests.phone_checks.double_mdm import DoubleMdm, command
from tests.phone_checks.enrollment_profile import certificate_profile, mdm_payload, scep_payload, sign_plist

KEY = rsa_key(10)
LEAF = certify(KEY.public_key(), "", ROOT, ROOT.key, ca=False).public_bytes(Encoding.DER)


@pytest.fixture
def server(double: Double) -> DoubleMdm:
    server = DoubleMdm()
    double.routes |= {"PUT /check-in": server.serve, "PUT /connect": server.serve}
    return server


def client(double: Double, hardware: Hardware | None = None, **payload: Any) -> MdmClient:
    mdm = mdm_payload(double.url, scep_payload(double.url)) | payload
    return MdmClient(mdm, hardware or Hardware(), Identity(LEAF, KEY), Network())


def orders(client: MdmClient) -> Orders:
    settings = Settings(Network(), roots=[ROOT.der], clock=lambda: NOW)
    return Orders(client.hardware, settings, client.rights, LEAF, set())


def obey(client: MdmClient) -> list[tuple[str, str]]:
    client.idle_until_done(orders(client).obey)
    return client.answered


def test_authenticate_tells_what_the_rights_permit(double: Double, server: DoubleMdm) -> None:
    device = Hardware(serial="SERIAL1234")
    client(double, device).authenticate()
    client(double, device, AccessRights=1).authenticate()
    full, bare = server.messages
    assert (full["SerialNumber"], full["ProductName"]) == ("SERIAL1234", "iPhone15,2")
    assert set(bare) == {"MessageType", "Topic", "UDID"}


def test_the_unlock_token_needs_its_right(double: Double, server: DoubleMdm) -> None:
    client(double).token_update()
    client(double, AccessRights=8191 - 4).token_update()
    with_right, without = server.messages
    assert len(with_right["Token"]) == 32
    assert "UnlockToken" in with_right
    assert "UnlockToken" not in without


def test_device_information_answers_only_what_was_asked(double: Double, server: DoubleMdm) -> None:
    queries = ["Model", "WiFiMAC", "IMEI", "NoSuchThing"]
    server.queue = [command(1, "DeviceInformation", Queries=queries)]
    obey(client(double))
    assert set(server.messages[-1]["QueryResponses"]) == {"Model", "WiFiMAC", "IMEI"}
    assert "RequestType" not in server.messages[-1]


def test_an_ipad_without_the_network_right_keeps_its_addresses(double: Double, server: DoubleMdm) -> None:
    server.queue = [command(1, "DeviceInformation", Queries=["Model", "WiFiMAC", "IMEI"])]
    obey(client(double, Hardware("iPad"), AccessRights=16))
    assert server.messages[-1]["QueryResponses"] == {"Model": "MHQR3"}


def test_unknown_and_malformed_commands_are_errors(double: Double, server: DoubleMdm) -> None:
    server.queue = [
        command(1, "Dance"),
        command(2, "DeviceInformation"),
        command(3, "RemoveProfile", Identifier="x"),
    ]
    answered = obey(client(double))
    assert answered == [
        ("Dance", "Error"),
        ("DeviceInformation", "CommandFormatError"),
        ("RemoveProfile", "Error"),
    ]
    assert server.messages[1]["ErrorChain"][0]["ErrorCode"] == 12021


def test_a_profile_can_be_installed_listed_and_removed(double: Double, server: DoubleMdm) -> None:
    payload = sign_plist(certificate_profile(ROOT))
    server.queue = [
        command(1, "InstallProfile", Payload=payload),
        command(2, "ProfileList"),
        command(3, "RemoveProfile", Identifier="test.double.6"),
        command(4, "InstallProfile", Payload=b"nonsense"),
        command(5, "CertificateList"),
    ]
    answered = obey(client(double))
    listed = server.messages[2]["ProfileList"][0]
    assert (listed["PayloadIdentifier"], listed["IsManaged"]) == ("test.double.6", True)
    assert [status for _, status in answered] == ["Acknowledged"] * 3 + ["Error", "Acknowledged"]
    assert server.messages[-1]["CertificateList"][0] == {"CommonName": "", "Data": LEAF, "IsIdentity": True}


def test_what_the_person_installed_is_not_the_servers_to_remove(double: Double, server: DoubleMdm) -> None:
    device = client(double)
    own = orders(device)
    own.settings.finish(own.settings.read(sign_plist(certificate_profile(ROOT))))
    server.queue = [command(1, "RemoveProfile", Identifier="test.double.6")]
    device.idle_until_done(own.obey)
    assert server.messages[-1]["ErrorChain"][0]["ErrorCode"] == 12013
    assert "test.double.6" in own.settings.installed


def test_a_locked_device_answers_not_now(double: Double, server: DoubleMdm) -> None:
    server.queue = [command(1, "SecurityInfo")]
    assert obey(client(double, Hardware(locked=True))) == [("SecurityInfo", "NotNow")]


def test_the_same_command_twice_in_one_connection_is_an_error(double: Double, server: DoubleMdm) -> None:
    server.queue = [command(1, "SecurityInfo"), command(1, "SecurityInfo")]
    with pytest.raises(PhoneError, match="SecurityInfo came twice"):
        obey(client(double))


def test_no_plain_http_beyond_the_loopback(double: Double) -> None:
    with pytest.raises(PhoneError, match="not https"):
        client(double, CheckInURL="http://mdm.example.org/").authenticate()


def test_a_redirect_is_not_followed(double: Double) -> None:
    double.routes["PUT /check-in"] = lambda asked: see_other("/elsewhere")
    with pytest.raises(PhoneError, match="CheckOut answered HTTP 303"):
        client(double).check_out()


def test_without_sign_message_there_is_no_signature(double: Double, server: DoubleMdm) -> None:
    double.routes["PUT /check-in"] = lambda asked: see_other("/")
    with pytest.raises(PhoneError):
        client(double, SignMessage=False).authenticate()
    assert double.asked[0].headers["Mdm-Signature"] is None
