"""SAML providers in admin and on the command line: read, read anew, and keys that follow one another."""

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.models import Identity, KeyUse, SamlIdentityProvider, SamlKey
from sites_config.models import LoggedChange
from tests.admin.conftest import anna, as_anna, as_vera, vera
from tests.admin.filled import send as fill_in
from tests.admin.filled import values_of
from tests.gallery_pages.saml import metadata
from tests.identity.at_saml_provider import (
    AtSamlProvider,
    as_usual,
    at_provider,
    connect,
    log_in,
    register,
    row,
    running,
)
from tests.identity.test_saml_metadata import certificate
from tests.live import TestAuthority
from tests.servers.saml import IdentityProvider
from tests.visitor import Visitor

__all__ = ["anna", "as_anna", "as_usual", "as_vera", "at_provider", "row", "running", "vera"]
pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/enrollment/samlidentityprovider/"


@pytest.fixture(autouse=True)
def trusted(settings: Settings, tls: TestAuthority) -> None:
    settings.OUTBOUND_CA_FILE = str(tls.root_file)


def page(client: Client, row: SamlIdentityProvider) -> str:
    return str(client.get(f"{LIST}{row.pk}/change/").content.decode())


def press(client: Client, row: SamlIdentityProvider, name: str) -> str:
    return str(client.post(f"{LIST}{row.pk}/press/{name}/", follow=True).content.decode())


def add(client: Client, site: Site, **columns: object) -> Any:
    """Fills in the form for a new one."""
    given = {"site": str(site.pk), "name": "Northwind Account", **columns}
    return client.post(f"{LIST}add/", values_of(client.get(f"{LIST}add/")) | given, follow=True)


def upload(xml: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("metadata.xml", xml.encode(), "application/xml")


def refreshed() -> str:
    out = StringIO()
    call_command("refresh_saml_metadata", stdout=out)
    return out.getvalue()


def test_from_the_url_to_the_first_log_in(
    as_anna: Client, alpha: Site, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    """All that an administrator types is a name and where the metadata is."""
    answer = add(as_anna, alpha, metadata_url=running.entity_id).content.decode()
    row = SamlIdentityProvider.objects.get()
    assert "The metadata was read and is new" in answer
    assert row.entity_id == running.entity_id and row.metadata_problem == ""

    shown = page(as_anna, row)
    assert f"https://alpha.test{row.path}metadata" in shown and f"https://alpha.test{row.path}acs" in shown
    assert "CN=Northwind, first key" in shown.replace("\\", "") and "SHA-256" in shown
    assert f"{running.url}/simplesaml/saml2/idp/SSOService.php" in shown
    register(row, running, alpha)
    log_in(Visitor(), at_provider, row)
    assert Identity.objects.get().source == f"saml:{row.pk}"


def test_metadata_may_be_uploaded(as_anna: Client, alpha: Site, running: IdentityProvider) -> None:
    add(as_anna, alpha, metadata_file=upload(running.metadata().decode()))

    row = SamlIdentityProvider.objects.get()
    assert row.entity_id == running.entity_id and row.metadata_url == "" and row.metadata_read_at
    assert row.own_entity_id == f"https://alpha.test{row.path}metadata"
    assert SamlKey.objects.get().use == KeyUse.CURRENT
    told = LoggedChange.objects.get().told
    assert "Signs with: nothing → CN=Northwind" in told.replace("\\", "") and "Metadata: nothing → #" in told


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, "Give the URL of the metadata, or a file."),
        ({"metadata_url": "http://127.0.0.1/metadata"}, "With https: nobody may change it on the way."),
        ({"metadata_file": upload("<html/>")}, "It is XML, but not SAML metadata."),
        ({"metadata_file": upload("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>")}, "a document type or an entity"),
    ],
)
def test_what_is_no_metadata_is_said_beside_the_field(
    as_anna: Client, alpha: Site, columns: dict[str, object], said: str
) -> None:
    assert said in add(as_anna, alpha, **columns).content.decode().replace("&#x27;", "'")
    assert not SamlIdentityProvider.objects.exists()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://127.0.0.1:9/metadata", "refused"),
        ("https://10.1.2.3/metadata", "GATEHOUSE_PRIVATE_NETWORKS"),
        ("https://nowhere.invalid/metadata", "could not be read"),
    ],
)
def test_metadata_that_cannot_be_read_says_the_real_reason_and_nobody_sees_a_button(
    as_anna: Client, alpha: Site, url: str, said: str
) -> None:
    answer = add(as_anna, alpha, metadata_url=url).content.decode()

    assert "The metadata is as it was." in answer and said in answer
    assert "Not read yet: nobody can log in." in page(as_anna, SamlIdentityProvider.objects.get())
    assert "Northwind Account" not in Visitor().get("/enroll/").content.decode()


def test_a_row_stays_with_its_provider(as_anna: Client, row: SamlIdentityProvider) -> None:
    """Another provider would vouch for people of the same ids."""
    url = f"{LIST}{row.pk}/change/"
    fill_in(as_anna, url, entity_id="https://another.example")
    assert SamlIdentityProvider.objects.get().entity_id == row.entity_id

    stranger = metadata(certificate(), "https://another.example")
    sent = values_of(as_anna.get(url)) | {"metadata_file": upload(stranger)}
    answer = as_anna.post(url, sent).content.decode()
    assert f"no identity provider called {row.entity_id}" in answer
    assert SamlIdentityProvider.objects.get().metadata_xml == row.metadata_xml


def test_what_was_good_stays_when_the_provider_says_nonsense(
    as_anna: Client, row: SamlIdentityProvider, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    row.metadata_url = f"{running.url}/simplesaml/"
    row.save()
    assert "The metadata is as it was." in press(as_anna, row, "read_metadata")
    with pytest.raises(CommandError, match="The metadata of 1 could not be read"):
        refreshed()

    row.refresh_from_db()
    assert "The last try failed" in page(as_anna, row)
    assert log_in(Visitor(), at_provider, row)


def test_the_providers_next_key_is_known_before_it_signs_with_it(
    row: SamlIdentityProvider, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    row.metadata_url = running.entity_id
    row.save()
    assert "as before" in refreshed()

    running.wants(new_privatekey="next.key", new_certificate="next.pem")
    assert not LoggedChange.objects.exists()
    assert "Northwind Account: new" in refreshed()
    change = LoggedChange.objects.get()
    assert change.user is None and re.search("Metadata xml: #[0-9a-f]{8} → #[0-9a-f]{8}", change.told)
    assert log_in(Visitor(), at_provider, row), "the older key still signs"
    running.wants(privatekey="next.key", certificate="next.pem")
    assert log_in(Visitor(), at_provider, row), "and the next one is known"


def test_our_own_key_is_followed_by_another_without_a_gap(
    as_anna: Client, row: SamlIdentityProvider, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    """In the order in which it is done: announce, let the provider read it, switch, forget."""
    first = SamlKey.objects.get()
    running.wants(**{"assertion.encryption": True})
    assert "It stands in our metadata now" in press(as_anna, row, "announce_key")
    assert log_in(Visitor(), at_provider, row), "the provider did not read it yet"
    assert "Announce the next key" not in page(as_anna, row)

    register(row, running, row.site)
    assert log_in(Visitor(), at_provider, row)
    press(as_anna, row, "switch_keys")
    assert log_in(Visitor(), at_provider, row), "both are known there, and both are read here"
    register(row, running, row.site)
    press(as_anna, row, "forget_key")
    assert log_in(Visitor(), at_provider, row)
    assert not SamlKey.objects.filter(pk=first.pk).exists()
    assert SamlKey.objects.get().use == KeyUse.CURRENT


def test_our_metadata_names_what_a_provider_needs_and_no_weak_algorithm(
    row: SamlIdentityProvider, beta: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody may read it, as often as they like: no program runs for it."""
    monkeypatch.setattr("saml2.algsupport.Popen", None)
    answer = Visitor().get(f"{row.path}metadata")
    xml = answer.content.decode()

    assert answer.headers["Content-Type"].startswith("text/xml")
    assert f'entityID="https://alpha.test{row.path}metadata"' in xml
    for place in ("acs", "logout"):
        assert f'Location="https://alpha.test{row.path}{place}"' in xml
    assert 'AuthnRequestsSigned="true"' in xml and 'WantAssertionsSigned="true"' in xml
    assert xml.count("X509Certificate>") == 4, "for signing and for encryption"
    assert "DigestMethod" not in xml and "SigningMethod" not in xml
    assert Visitor("beta.test").get(f"{row.path}metadata").status_code == 404


def test_a_switch_without_a_next_key_does_nothing(as_anna: Client, row: SamlIdentityProvider) -> None:
    before = SamlKey.objects.get()
    for name in ("switch_keys", "forget_key"):
        assert "has nothing to do here any more" in press(as_anna, row, name).replace("&quot;", "")
    assert SamlKey.objects.get() == before


def test_whoever_only_looks_at_the_site_presses_nothing(as_vera: Client, row: SamlIdentityProvider) -> None:
    assert "Announce the next key" not in page(as_vera, row)
    for name in ("read_metadata", "announce_key"):
        assert as_vera.post(f"{LIST}{row.pk}/press/{name}/").status_code == 403


def test_metadata_that_ends_is_warned_of_and_then_not_used(
    alpha: Site, running: IdentityProvider, as_anna: Client
) -> None:
    now = timezone.now()
    row = connect(alpha, running, metadata_valid_until=now + timedelta(days=3))
    assert "its metadata is valid until" in refreshed() and "a certificate of it ends on" in refreshed()

    SamlIdentityProvider.objects.update(metadata_valid_until=now - timedelta(minutes=1))
    row.refresh_from_db()
    assert "ENDED on" in page(as_anna, row)
    visitor = Visitor()
    visitor.get("/enroll/")
    answer = visitor.post("/enroll/", {"provider": f"saml-{row.pk}"})
    assert answer.status_code == 503 and "cannot be reached" in answer.content.decode()
