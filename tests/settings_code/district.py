"""Northwind District and its North School: everything that can be configured is configured at one of them."""

import functools
import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.actions.saml_providers import prepare
from enrollment.models import (
    AccessGroup,
    Authority,
    CaCertificate,
    CloudIdentityProvider,
    DirectoryServer,
    SamlIdentityProvider,
    Webhook,
)
from enrollment.signin.saml.metadata import read_metadata
from sites_config.logos import drawn
from sites_config.models import MessageText, Privilege, SiteLogo, User
from sites_config.secrets import encrypt
from tests import people
from tests.gallery_pages.saml import metadata
from tests.identity.test_saml_metadata import certificate


@functools.cache
def _service_account() -> str:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return json.dumps({"client_email": "gatehouse@northwind.example", "private_key": pem})


@functools.cache
def _metadata_pem() -> str:
    return certificate()


SECRETS = {
    "bind_password": "canary-bind-password ü",
    "client_key": "-----BEGIN PRIVATE KEY-----\ncanary-client-key\n-----END PRIVATE KEY-----",
    "client_secret": "canary-client-secret",
    "service_account": _service_account(),
    "secret": "whsec_Y2FuYXJ5LXdlYmhvb2stc2VjcmV0LW9mLXRoaXM=",
}
_BEFORE = "GATEHOUSE_SECRET_NORTHWIND_EXAMPLE"
VARIABLES = {
    f"{_BEFORE}_MAIN_LDAP_BIND_PASSWORD": "bind_password",
    f"{_BEFORE}_MAIN_LDAP_CLIENT_KEY": "client_key",
    f"{_BEFORE}_NORTHWIND_GOOGLE_CLIENT_SECRET": "client_secret",
    f"{_BEFORE}_NORTHWIND_GOOGLE_SERVICE_ACCOUNT": "service_account",
    f"{_BEFORE}_INVENTORY_SECRET": "secret",
}
STAFF = ("anna", "vera")


def accounts() -> None:
    """An installation needs them before privileges can be given."""
    for name in STAFF:
        User.objects.get_or_create(username=name)


def fill_district() -> Site:
    site = people.new_site("Northwind District", "northwind.example", "mdm.northwind.example")
    people.configure(
        site, languages="en,de,ar", default_language="de", time_zone="Europe/Berlin", access_rights=3
    )
    accounts()
    for privilege in (Privilege.VIEW_SITE, Privilege.ADMINISTER_SITE):
        User.objects.get(username="anna").site_privileges.create(site=site, privilege=privilege)
    _directories(site)
    _providers(site)
    AccessGroup.objects.create(site=site, everybody=True, personal=True)
    Webhook.objects.create(
        site=site,
        name="Inventory",
        url="https://inventory.northwind.example/",
        events=["enrollment.completed"],
        secret_encrypted=encrypt(SECRETS["secret"].encode()),
    )
    return site


def fill_school(district: Site) -> Site:
    site = people.new_site("North School", parent=district, ready=False)
    people.configure(
        site,
        portal_open=False,
        accent_color="#6a1b9a",
        privacy_url="https://northwind.example/privacy",
        personal_enrollment=True,
        personal_sign_in_domain="northwind.example",
        account_driven_enrollment=True,
    )
    MessageText.objects.create(
        site=site,
        key="welcome.lead",
        text_en="Welcome to {organization}.",
        text_ar="مرحبا بك في {organization}.",
    )
    MessageText.objects.create(site=site, key="name.organization", text_de="Nordschule")
    for name in ("light", "dark"):
        file = Path(settings.BASE_DIR) / "fixtures/demo-logo.png"
        SiteLogo.objects.create(site=site, appearance=name, **drawn(file.read_bytes()).columns)
    people.publish(site, text_en="An **old** one.")
    people.publish(site, text_en='Take *care*.\n\n* Charge it.\n* Lock it: "always"', text_de="Gib acht.")
    _ca_certificate(site, district)
    rule = AccessGroup.objects.create(
        site=district, group_id="f0c3f3a2-0000-4000-8000-000000000001", group_name="Grade 7", agreement=False
    )
    rule.sites.add(site)
    AccessGroup.objects.create(site=site, group_name="Visitors", deny=True, institutional=False)
    User.objects.get(username="vera").site_privileges.create(site=site, privilege=Privilege.VIEW_SITE)
    return site


def _directories(site: Site) -> None:
    DirectoryServer.objects.create(
        site=site,
        name="Main LDAP",
        hosts="ldap1.northwind.example ldap2.northwind.example:3636",
        user_base="ou=people,dc=northwind,dc=example",
        bind_dn="cn=gatehouse,dc=northwind,dc=example",
        room_attribute="physicalDeliveryOfficeName",
        timeout_seconds=5,
        bind_password_encrypted=encrypt(SECRETS["bind_password"].encode()),
        client_key_encrypted=encrypt(SECRETS["client_key"].encode()),
    )
    DirectoryServer.objects.create(
        site=site, name="Library", enabled=False, hosts="lib.example", user_base="dc=lib", position=2
    )


def _providers(site: Site) -> None:
    CloudIdentityProvider.objects.create(
        site=site,
        name="Northwind Google",
        kind="google",
        issuer="https://accounts.google.com",
        client_id="gatehouse",
        required_claims={"hd": "northwind.example", "level": 2, "known": True},
        look_up=True,
        delegated_admin="admin@northwind.example",
        client_secret_encrypted=encrypt(SECRETS["client_secret"].encode()),
        service_account_encrypted=encrypt(SECRETS["service_account"].encode()),
    )
    now = timezone.now()
    read = read_metadata(metadata(_metadata_pem()).encode(), now=now)
    uploaded = SamlIdentityProvider.objects.create(
        site=site,
        name="Northwind Campus",
        entity_id=read.entity_id,
        metadata_xml=read.xml,
        metadata_read_at=now,
        metadata_valid_until=now.replace(year=now.year + 1, microsecond=0, day=1),
        groups_attribute="",
    )
    fetched = SamlIdentityProvider.objects.create(
        site=site, name="Old Campus", enabled=False, metadata_url="https://127.0.0.1:9/metadata", position=9
    )
    for row in (uploaded, fetched):
        prepare(row, now=now)


def _ca_certificate(site: Site, of: Site) -> None:
    authority = Authority.objects.get(site=of)
    CaCertificate.objects.create(
        site=site,
        name="Northwind CA",
        certificate_der=authority.certificate_der,
        not_after=authority.not_after,
        created_at=timezone.now(),
    )
