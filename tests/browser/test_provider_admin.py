"""Providers and directories as an administrator connects them; the pictures of docs/identity.md come from here."""

import pytest
from django.contrib.sites.models import Site
from pytest_django.fixtures import Settings

from enrollment.models import CloudIdentityProvider, DirectoryServer, Identity, SamlIdentityProvider
from tests import people
from tests.browser.browser import IPHONE
from tests.browser.conftest import Browse
from tests.browser.test_admin import SCHOOL, Desk, desk, office, static_files
from tests.browser.test_saml import log_in_there
from tests.identity.at_saml_provider import register_at, running
from tests.live import LiveServer, TestAuthority
from tests.servers.saml import IdentityProvider

__all__ = ["desk", "office", "running", "static_files"]
NAME = "North School"


@pytest.fixture
def school(office: Site) -> Site:
    site = people.new_site(NAME, SCHOOL)
    people.configure(site, organization_name=NAME)
    return site


def test_saml_from_the_metadata_url_to_the_person_who_logs_in(
    school: Site,
    desk: Desk,
    live: LiveServer,
    browse: Browse,
    running: IdentityProvider,
    settings: Settings,
    tls: TestAuthority,
) -> None:
    settings.OUTBOUND_CA_FILE = str(tls.root_file)
    desk.open("/admin/enrollment/samlidentityprovider/add/")
    desk.type(site=NAME, name="Northwind Account", metadata_url=running.entity_id)
    desk.press("Save and continue editing")
    desk.see("The metadata was read and is new")
    desk.see("first key, until")
    desk.picture("provider-saml")
    row = SamlIdentityProvider.objects.get()
    desk.press("Announce the next key")
    desk.see("It stands in our metadata now")
    register_at(row, running, live.url(SCHOOL).removesuffix("/"))
    desk.press("Switch to the next key")
    desk.see("Requests are signed with it from now on")

    phone = browse("webkit", IPHONE)
    people.configure(school, password_log_in=False)
    phone.open(live.url(SCHOOL, "/enroll/"))
    log_in_there(phone)
    phone.wait_for(lambda: phone.h1.startswith("Let North School manage"))
    assert Identity.objects.get().full_name == "Ada Ångström"


def test_each_form_begins_with_what_such_a_provider_mostly_has(school: Site, desk: Desk) -> None:
    desk.open("/admin/enrollment/cloudidentityprovider/add/?kind=entra")
    desk.type(
        site=NAME,
        name="Northwind Account",
        issuer="https://login.microsoftonline.com/5f0c1c52-0000-4000-8000-000000000001/v2.0",
        client_id="0b9a4c1e-0000-4000-8000-000000000002",
        client_secret="only for the picture",
    )
    desk.press("Save and continue editing")
    desk.see(f"/accounts/oidc/{CloudIdentityProvider.objects.get().pk}/return")
    desk.picture("provider-entra")

    desk.open("/admin/enrollment/cloudidentityprovider/add/?kind=google")
    desk.type(
        site=NAME,
        name="Google",
        client_id="1234.apps.googleusercontent.com",
        required_claims='{"hd": "northwind.example"}',
    )
    desk.press("Save and continue editing")
    desk.picture("provider-google")

    desk.open("/admin/enrollment/directoryserver/add/?kind=active-directory")
    desk.type(
        site=NAME, name="Active Directory", hosts="dc1.northwind.example", user_base="dc=northwind,dc=example"
    )
    desk.press("Save and continue editing")
    desk.picture("provider-active-directory")
    assert DirectoryServer.objects.get().id_attribute == "objectGUID"
