"""Settings refuses what iOS refuses: wrong profiles, late ones, a second management."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.phone.errors import PhoneError
from tests.phone.settings import Settings
from tests.phone_checks.authority import PROFILE_SIGNER, ROOT
from tests.phone_checks.downloads import BASE, Clock, download, settings
from tests.phone_checks.enrollment_profile import (
    certificate_profile,
    enrollment_profile,
    sign_plist,
)


def enroll(device: Settings, profile: dict[str, Any]) -> None:
    device.receive(download(sign_plist(profile)))
    device.finish(device.install())


def scep(profile: dict[str, Any]) -> dict[str, Any]:
    content = profile["PayloadContent"][0]["PayloadContent"]
    assert isinstance(content, dict)
    return content


def mdm(profile: dict[str, Any]) -> dict[str, Any]:
    payload = profile["PayloadContent"][1]
    assert isinstance(payload, dict)
    return payload


Spoil = Callable[[dict[str, Any]], object]
WRONG_PROFILES: list[tuple[str, Spoil]] = [
    ("PayloadType is not Configuration", lambda p: p.update(PayloadType="Profile Service")),
    ("PayloadIdentifier is missing", lambda p: p.pop("PayloadIdentifier")),
    ("no reverse DNS name", lambda p: p.update(PayloadIdentifier="double")),
    ("PayloadUUID is no UUID", lambda p: p.update(PayloadUUID="1")),
    ("PayloadVersion is not 1", lambda p: p.update(PayloadVersion=2)),
    ("com.apple.mdm: PayloadVersion is missing", lambda p: mdm(p).pop("PayloadVersion")),
    ("PayloadVersion is not int", lambda p: p.update(PayloadVersion=True)),
    ("PayloadContent is not an array", lambda p: p.update(PayloadContent=[])),
    ("another kind of device", lambda p: p.update(TargetDeviceType=5)),
    ("ConsentText has no default", lambda p: p.update(ConsentText={"de": "Ja"})),
    ("needs a supervised device", lambda p: p.update(PayloadRemovalDisallowed=True)),
    (
        "PayloadIdentifier TEST.DOUBLE.1 stands twice",
        lambda p: mdm(p).update(PayloadIdentifier="test.double.1"),
    ),
    ("PayloadUUID .* stands twice", lambda p: mdm(p).update(PayloadUUID=p["PayloadUUID"])),
    ("more than one com.apple.mdm", lambda p: p["PayloadContent"].append(mdm(p))),
    ("ServerURL is not https", lambda p: mdm(p).update(ServerURL="http://mdm.example.org/connect")),
    ("CheckInURL is not https", lambda p: mdm(p).update(CheckInURL="http://mdm.example.org/check-in")),
    ("ServerURL is missing", lambda p: mdm(p).pop("ServerURL")),
    ("names no payload", lambda p: mdm(p).update(IdentityCertificateUUID="other")),
    (
        "is no identity",
        lambda p: mdm(p).update(IdentityCertificateUUID=p["PayloadContent"][2]["PayloadUUID"]),
    ),
    ("Topic does not begin", lambda p: mdm(p).update(Topic="org.example")),
    ("AccessRights is not between", lambda p: mdm(p).update(AccessRights=0)),
    ("AccessRights is not between", lambda p: mdm(p).update(AccessRights=8192)),
    ("AccessRights is not between", lambda p: mdm(p).pop("AccessRights")),
    ("AccessRights: 2 needs 1", lambda p: mdm(p).update(AccessRights=2)),
    ("AccessRights: 128 needs 64", lambda p: mdm(p).update(AccessRights=128)),
    ("SignMessage is not bool", lambda p: mdm(p).update(SignMessage=1)),
    ("EnrollmentMode belongs", lambda p: mdm(p).update(EnrollmentMode="BYOD")),
    ("unknown capability", lambda p: mdm(p).update(ServerCapabilities=["com.apple.mdm.magic"])),
    ("names no certificate payload", lambda p: mdm(p).update(ServerURLPinningCertificateUUIDs=["other"])),
    ("URL is missing", lambda p: scep(p).pop("URL")),
    ("Key Type .* is not RSA", lambda p: scep(p).pop("Key Type")),
    ("KeyType is ignored", lambda p: scep(p).update(KeyType="RSA")),
    ("Keysize is not", lambda p: scep(p).update(Keysize=3072)),
    ("Key Usage is not", lambda p: scep(p).update({"Key Usage": 2})),
    ("Subject is not an array", lambda p: scep(p).update(Subject="CN=device")),
    ("Subject holds", lambda p: scep(p).update(Subject=[[["CN", 1]]])),
    ("the length of no digest", lambda p: scep(p).update(CAFingerprint=b"short")),
    ("is not a certificate in DER", lambda p: p["PayloadContent"][2].update(PayloadContent=ROOT.pem)),
    ("is no certificate", lambda p: p["PayloadContent"][2].update(PayloadContent=b"0")),
    ("is no root", lambda p: p["PayloadContent"][2].update(PayloadContent=PROFILE_SIGNER.der)),
]


@pytest.mark.parametrize(("complaint", "spoil"), WRONG_PROFILES, ids=[text for text, _ in WRONG_PROFILES])
def test_a_profile_that_breaks_a_rule_is_refused(complaint: str, spoil: Spoil) -> None:
    plist = copy.deepcopy(enrollment_profile(BASE))
    spoil(plist)
    with pytest.raises(PhoneError, match=f"invalid profile: (.*; )?.*{complaint}"):
        settings().receive(download(sign_plist(plist)))


@pytest.mark.parametrize(
    "base", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000", "http://alpha.localhost"]
)
def test_http_is_taken_on_the_loopback_only(base: str) -> None:
    assert settings().receive(download(sign_plist(enrollment_profile(base)))).mdm is not None


def test_a_second_download_replaces_the_first() -> None:
    device = settings()
    device.receive(download(sign_plist(certificate_profile(ROOT))))
    device.receive(download(sign_plist(enrollment_profile(BASE))))
    assert device.install().name == "Double School"
    assert device.waiting is None


def test_a_profile_waits_eight_minutes() -> None:
    clock = Clock()
    device = settings(clock)
    device.receive(download(sign_plist(enrollment_profile(BASE))))
    clock.now += timedelta(minutes=7, seconds=59)
    assert device.waiting is not None
    clock.now += timedelta(seconds=1)
    with pytest.raises(PhoneError, match="no profile is waiting"):
        device.install()


def test_a_managed_device_takes_no_other_management() -> None:
    device = settings()
    enroll(device, enrollment_profile(BASE))
    other = enrollment_profile("https://other.example.org") | {"PayloadIdentifier": "test.other"}
    with pytest.raises(PhoneError, match="already managed by 'Double School'"):
        enroll(device, other)


@pytest.mark.parametrize("key", ["ServerURL", "CheckInURL", "Topic"])
def test_an_update_may_not_change_where_the_device_belongs(key: str) -> None:
    device = settings()
    enroll(device, enrollment_profile(BASE))
    changed = enrollment_profile(BASE)
    mdm(changed)[key] += "x"
    with pytest.raises(PhoneError, match=f"an update may not change {key}"):
        enroll(device, changed)


def test_an_update_may_not_add_rights_but_may_drop_some() -> None:
    device, plist = settings(), enrollment_profile(BASE)
    mdm(plist)["AccessRights"] = 17
    enroll(device, plist)
    enroll(device, plist)
    mdm(plist)["AccessRights"] = 19
    with pytest.raises(PhoneError, match="may not add access rights"):
        enroll(device, plist)
    mdm(plist)["AccessRights"] = 16
    enroll(device, plist)


def test_certificates_are_there_before_management_and_go_with_it() -> None:
    device = settings()
    device.receive(download(sign_plist(enrollment_profile(BASE))))
    profile = device.install()
    assert device.certificates == [ROOT.der]
    assert device.managing is None
    device.cancel(profile)
    assert device.certificates == []
