"""The profile that enrolls a device, key by key as iOS reads it."""

import dataclasses
import hashlib
import plistlib
from typing import Any
from uuid import UUID

import pytest

from enrollment.profiles.access_rights import BadAccessRights
from enrollment.profiles.enrollment_profile import BadProfile, EnrollmentProfile

CERTIFICATE = b"0\x82 stands for the certificate of Northwind's authority"
NORTHWIND = EnrollmentProfile(
    identifier="org.northwind.gatehouse",
    namespace=UUID("8f2f0d5e-7a55-4d09-9c41-0c1d9a3f6b10"),
    organization="Northwind School",
    display_name="Enroll in Northwind School",
    description="Lets Northwind School manage this device.",
    server_url="https://enroll.northwind.example/mdm/connect",
    check_in_url="https://enroll.northwind.example/mdm/check-in",
    scep_url="https://enroll.northwind.example/scep/7",
    scep_name="northwind",
    challenge="open sesame",
    topic="com.apple.mgmt.External.e0bd1eac-1f17-4c8e-8a63-dd17d3dd35d9",
    access_rights=8191,
    authority_certificate=CERTIFICATE,
    subject_common_name="Q7KM-2XBD",
    subject_organization="Northwind School",
    authority_display_name="Certificate Authority",
    identity_display_name="Device Identity",
    mdm_display_name="Device Management",
)
IDENTITY_UUID = "FE222445-73E4-5931-852F-935654922C05"
GOLDEN: dict[str, Any] = {
    "PayloadType": "Configuration",
    "PayloadVersion": 1,
    "PayloadIdentifier": "org.northwind.gatehouse",
    "PayloadUUID": "C32EACD0-42A1-5209-BDBB-F08242B59615",
    "PayloadDisplayName": "Enroll in Northwind School",
    "PayloadDescription": "Lets Northwind School manage this device.",
    "PayloadOrganization": "Northwind School",
    "TargetDeviceType": 1,
    "PayloadContent": [
        {
            "PayloadType": "com.apple.security.root",
            "PayloadVersion": 1,
            "PayloadIdentifier": "org.northwind.gatehouse.authority",
            "PayloadUUID": "D833EF0A-D1C4-54D1-B243-BFF57DBDD6CC",
            "PayloadDisplayName": "Certificate Authority",
            "PayloadOrganization": "Northwind School",
            "PayloadCertificateFileName": "authority.cer",
            "PayloadContent": CERTIFICATE,
        },
        {
            "PayloadType": "com.apple.security.scep",
            "PayloadVersion": 1,
            "PayloadIdentifier": "org.northwind.gatehouse.identity",
            "PayloadUUID": IDENTITY_UUID,
            "PayloadDisplayName": "Device Identity",
            "PayloadOrganization": "Northwind School",
            "PayloadContent": {
                "URL": "https://enroll.northwind.example/scep/7",
                "Name": "northwind",
                "Challenge": "open sesame",
                "Subject": [[["O", "Northwind School"]], [["CN", "Q7KM-2XBD"]]],
                "Keysize": 2048,
                "Key Type": "RSA",
                "Key Usage": 5,
                "CAFingerprint": hashlib.sha256(CERTIFICATE).digest(),
                "Retries": 3,
                "RetryDelay": 10,
            },
        },
        {
            "PayloadType": "com.apple.mdm",
            "PayloadVersion": 1,
            "PayloadIdentifier": "org.northwind.gatehouse.mdm",
            "PayloadUUID": "2ACD5B27-EB5B-5C5B-9CB3-7751407D0953",
            "PayloadDisplayName": "Device Management",
            "PayloadOrganization": "Northwind School",
            "IdentityCertificateUUID": IDENTITY_UUID,
            "Topic": "com.apple.mgmt.External.e0bd1eac-1f17-4c8e-8a63-dd17d3dd35d9",
            "ServerURL": "https://enroll.northwind.example/mdm/connect",
            "CheckInURL": "https://enroll.northwind.example/mdm/check-in",
            "AccessRights": 8191,
            "SignMessage": True,
            "CheckOutWhenRemoved": True,
        },
    ],
}


def written(**changes: Any) -> dict[str, Any]:
    configuration: dict[str, Any] = plistlib.loads(dataclasses.replace(NORTHWIND, **changes).to_plist())
    return configuration


def payload_uuids(configuration: dict[str, Any]) -> list[str]:
    return [configuration["PayloadUUID"], *(part["PayloadUUID"] for part in configuration["PayloadContent"])]


def test_the_profile_says_exactly_this() -> None:
    assert written() == GOLDEN


def test_the_profile_is_xml_and_the_same_for_the_same_values() -> None:
    assert NORTHWIND.to_plist().startswith(b"<?xml")
    assert dataclasses.replace(NORTHWIND).to_plist() == NORTHWIND.to_plist()


def test_a_fresh_challenge_changes_the_challenge_and_the_identity_and_nothing_else() -> None:
    """A device that enrolls again must ask for a certificate of its own."""
    fresh = written(challenge="another")
    identity, mdm = fresh["PayloadContent"][1:]
    assert identity["PayloadUUID"] == mdm["IdentityCertificateUUID"] != IDENTITY_UUID
    identity["PayloadUUID"] = mdm["IdentityCertificateUUID"] = IDENTITY_UUID
    identity["PayloadContent"]["Challenge"] = "open sesame"
    assert fresh == GOLDEN


def test_uuids_are_distinct_and_differ_between_sites() -> None:
    here = payload_uuids(written())
    there = payload_uuids(written(namespace=UUID(int=1)))
    assert len(set(here + there)) == 8
    assert all(str(UUID(each)).upper() == each for each in here)


def test_a_new_authority_gives_a_new_root_in_the_same_profile() -> None:
    before, after = payload_uuids(written()), payload_uuids(written(authority_certificate=b"another"))
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, True, True]


def test_the_mdm_payload_points_to_the_identity() -> None:
    parts = written(authority_certificate=b"another")["PayloadContent"]
    assert parts[2]["IdentityCertificateUUID"] == parts[1]["PayloadUUID"]


def test_names_in_settings_are_in_the_persons_language() -> None:
    parts = written(
        display_name="التسجيل في المدرسة",
        authority_display_name="Zertifizierungsstelle",
        identity_display_name="Geräteausweis",
        mdm_display_name="Geräteverwaltung",
    )
    assert parts["PayloadDisplayName"] == "التسجيل في المدرسة"
    assert [part["PayloadDisplayName"] for part in parts["PayloadContent"]] == [
        "Zertifizierungsstelle",
        "Geräteausweis",
        "Geräteverwaltung",
    ]


def test_a_long_organization_is_cut_where_x520_ends_but_shown_in_full() -> None:
    name = "Donaudampfschifffahrt " * 5
    configuration = written(organization=name, subject_organization=name)
    assert configuration["PayloadOrganization"] == name
    assert configuration["PayloadContent"][1]["PayloadContent"]["Subject"][0] == [["O", name[:64]]]


def test_a_subject_without_organization_has_only_its_common_name() -> None:
    scep = written(subject_organization="")["PayloadContent"][1]["PayloadContent"]
    assert scep["Subject"] == [[["CN", "Q7KM-2XBD"]]]


@pytest.mark.parametrize("field", ["server_url", "check_in_url", "scep_url"])
@pytest.mark.parametrize(
    "url",
    [
        "https://enroll.northwind.example:8443/x?site=1",
        "http://127.0.0.1:8000/x",
        "http://localhost:8000/x",
        "http://alpha.localhost:8000/x",
        "http://[::1]:8000/x",
    ],
)
def test_https_and_the_demo_on_this_computer_are_accepted(field: str, url: str) -> None:
    assert url in str(written(**{field: url}))


@pytest.mark.parametrize("field", ["server_url", "check_in_url", "scep_url"])
@pytest.mark.parametrize(
    "url",
    [
        "",
        "/scep/7",
        "http://enroll.northwind.example/x",
        "http://192.168.1.5/x",
        "http://127.0.0.1.northwind.example/x",
        "http://localhost.northwind.example/x",
        "ftp://127.0.0.1/x",
        "https:///x",
        "https://ada:secret@enroll.northwind.example/x",
        "https://enroll.northwind.example/x#y",
        "https://enroll.northwind.example/x y",
        "https://enroll.northwind.example/\r\n",
        "https://enroll.northwind.example:port/",
        "https://[::1/",
        "https://schüle.example/",
    ],
)
def test_any_other_url_is_refused(field: str, url: str) -> None:
    with pytest.raises(BadProfile, match=f"^{field} "):
        written(**{field: url})


@pytest.mark.parametrize(
    "changes",
    [
        {"identifier": "gatehouse"},
        {"identifier": "org.northwind gatehouse"},
        {"identifier": "org..northwind"},
        {"topic": "io.micromdm.topic"},
        {"topic": "com.apple.mgmt."},
        {"key_size": 1024},
        {"authority_certificate": b""},
        {"challenge": ""},
        {"organization": " "},
        {"display_name": "a\x00b"},
        {"description": "a\x1bb"},
        {"subject_common_name": ""},
    ],
)
def test_a_profile_that_ios_would_refuse_cannot_be_made(changes: dict[str, Any]) -> None:
    with pytest.raises(BadProfile):
        written(**changes)


def test_rights_that_apple_forbids_cannot_be_asked_for() -> None:
    with pytest.raises(BadAccessRights):
        written(access_rights=0)


def test_a_larger_key_can_be_asked_for() -> None:
    assert written(key_size=4096)["PayloadContent"][1]["PayloadContent"]["Keysize"] == 4096


def test_r11_the_challenge_stands_neither_in_the_repr_nor_in_an_error() -> None:
    assert "sesame" not in repr(NORTHWIND)
    with pytest.raises(BadProfile) as refusal:
        written(challenge="open\x00sesame")
    assert "sesame" not in str(refusal.value)
