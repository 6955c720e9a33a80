"""What a provider says of itself: exactly that provider, with keys that hold, or the reason why not."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from enrollment.signin.saml.metadata import LONGEST, BadMetadata, read_metadata, stored_metadata
from tests.gallery_pages.saml import metadata

NOW = datetime.now(UTC)
FIRST, SECOND = "https://first.example", "https://second.example"


def certificate(bits: int = 2048, days: int = 30) -> str:
    key = rsa.generate_private_key(65537, bits)
    name = x509.Name([])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(NOW - timedelta(days=60)).not_valid_after(NOW + timedelta(days=days))
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


@pytest.fixture(scope="module")
def pem() -> str:
    return certificate()


def aggregate(*entities: str, until: str = "") -> str:
    ends = f' validUntil="{until}"' if until else ""
    names = 'xmlns="urn:oasis:names:tc:SAML:2.0:metadata"'
    return f"<EntitiesDescriptor {names}{ends}>{''.join(entities)}</EntitiesDescriptor>"


def read(xml: str, entity_id: str = "") -> str:
    return read_metadata(xml.encode(), entity_id, now=NOW).entity_id


def test_the_only_one_is_found_and_the_wanted_one_among_many(pem: str) -> None:
    both = aggregate(metadata(pem, FIRST), metadata(pem, SECOND))

    assert read(metadata(pem, FIRST)) == FIRST == read(aggregate(metadata(pem, FIRST)))
    assert read(both, SECOND) == SECOND
    with pytest.raises(BadMetadata, match="2 identity providers"):
        read(both)
    with pytest.raises(BadMetadata, match=r"no identity provider called https://third\.example"):
        read(both, "https://third.example")


def test_nothing_is_kept_but_what_a_log_in_needs(pem: str) -> None:
    """What else metadata holds would only be somebody's way to be read later."""
    more = (
        "<Organization><OrganizationName>N</OrganizationName></Organization>"
        "<!-- --><ContactPerson contactType='support'/></EntityDescriptor>"
    )
    kept = read_metadata(metadata(pem).replace("</EntityDescriptor>", more).encode(), now=NOW)

    assert "Organization" not in kept.xml and "ContactPerson" not in kept.xml
    assert stored_metadata(kept.xml) == kept
    assert (kept.sign_on_url, kept.logout_url) == (
        "https://saml.example/login",
        "https://saml.example/logout",
    )
    assert kept.logout_response_url == "https://saml.example/logout"


def test_the_earliest_end_counts(pem: str) -> None:
    soon, later = (NOW + timedelta(days=days) for days in (1, 9))
    entity = metadata(pem).replace("entityID", f'validUntil="{later.isoformat()}" entityID')
    found = read_metadata(aggregate(entity, until=soon.isoformat()).encode(), now=NOW)
    assert found.valid_until == soon

    with pytest.raises(BadMetadata, match="It was valid until 2020-01-01"):
        read(aggregate(entity, until="2020-01-01T00:00:00Z"))
    with pytest.raises(BadMetadata, match="no time"):
        read(aggregate(entity, until="soon"))


def test_a_certificate_that_ended_still_names_the_key() -> None:
    assert read(metadata(certificate(days=-1)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html><body>Log in first</body></html>", "not SAML metadata"),
        (b"{}", "not XML"),
        (b"", "not XML"),
        (b"\xff\xfe\x00", "not XML"),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "a document type or an entity"),
        (b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'><x/>", "a document type or an entity"),
        (b"<a>" * 200_000, "not XML"),
        (b"x" * (LONGEST + 1), "longer than"),
        (b'<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"/>', "no identity provider"),
    ],
)
def test_what_is_no_metadata_is_said_to_be_none(content: bytes, said: str) -> None:
    with pytest.raises(BadMetadata, match=said):
        read_metadata(content, now=NOW)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('use="signing"', 'use="encryption"', "0 certificates for signing"),
        ("https://saml.example/login", "http://saml.example/login", "HTTP-Redirect at an address with https"),
        ("example/login", "example/&#10;login", "HTTP-Redirect at an address with https"),
        ("https://saml.example/login", "javascript:alert(1)//", "HTTP-Redirect at an address with https"),
        ("HTTP-Redirect", "HTTP-POST", "HTTP-Redirect at an address with https"),
        ("SAML:2.0:protocol", "SAML:1.1:protocol", "no identity provider"),
        ("IDPSSODescriptor", "SPSSODescriptor", "no identity provider"),
        ('entityID="https://saml.example"', f'entityID="{"x" * 1025}"', "longer than 1024"),
        ('entityID="https://saml.example"', 'entityID=""', "missing"),
        ("<ds:X509Certificate>", "<ds:X509Certificate>AAAA", "can't be read"),
    ],
)
def test_a_provider_that_cannot_be_used_is_told_why(pem: str, old: str, new: str, said: str) -> None:
    xml = metadata(pem)
    assert old in xml
    with pytest.raises(BadMetadata, match=said):
        read(xml.replace(old, new))


def test_a_weak_key_is_no_key() -> None:
    with pytest.raises(BadMetadata, match="RSA key of 1024 bits"):
        read(metadata(certificate(bits=1024)))
