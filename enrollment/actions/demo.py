"""The demonstration's data: one site, one staff account, invitations. Safe to run twice."""

import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.contrib.sites.models import Site
from django.db import transaction

from enrollment.actions.authorities import create_authority, import_push_certificate
from enrollment.actions.invitations import create_invitation
from enrollment.models import Authority, Invitation, Person, PushCertificate
from enrollment.pki.keys import new_rsa_key
from sites_config.models import Privilege, SiteAddress, SiteConfiguration, SitePrivilege, User
from sites_config.secrets import decrypt

STAFF_NAME = "demo"
MANY_USES = "Demonstration, many uses"
SINGLE_USE = "Demonstration, single use"
# The directory: user name, full name, room.
PEOPLE = (("ana", "Ana Alvarez", "12"), ("jörg", "Jörg Müller", "14"), ("omar", "عمر حداد", "21"))


class NotADemonstration(Exception):
    """Demonstration data never enter an installation that real people use."""


def load_demo(*, hosts: tuple[str, ...], now: datetime) -> Site:
    """Site, addresses, authority, topic, staff and the invitation with many uses. Raises NotADemonstration."""
    if not settings.DEMO or User.objects.filter(username=STAFF_NAME, is_demo=False).exists():
        raise NotADemonstration
    site = _site(hosts)
    if not Authority.objects.filter(site=site).exists():
        create_authority(site=site, name="Northwind School Devices", years=15, now=now)
    if not PushCertificate.objects.filter(site=site).exists():
        certificate, key = self_made_push_certificate(now)
        import_push_certificate(
            site=site, certificate_pem=certificate, key_pem=key, password=None, now=now, is_demo=True
        )
    _staff(site)
    for user_name, full_name, room in PEOPLE:
        person = {"full_name": full_name, "room": room}
        Person.objects.get_or_create(
            site=site, user_name_folded=user_name, defaults=person | {"user_name": user_name}
        )
    if not Invitation.objects.filter(site=site, name=MANY_USES).exists():
        _invite(site, MANY_USES, max_uses=None, now=now)
    return site


def many_uses_token(site: Site) -> str:
    """The token of the invitation with many uses."""
    row = Invitation.objects.filter(site=site, name=MANY_USES).latest("created_at")
    return decrypt(row.token_encrypted).decode()


def single_use_token(site: Site, *, now: datetime) -> str:
    """A fresh invitation for one device."""
    return _invite(site, SINGLE_USE, max_uses=1, now=now)


def staff_password(var: Path) -> str:
    """Generated once and kept readable by its owner alone, as ``USER PASSWORD``."""
    path = var / "demo-staff"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().split()[1]
    password = secrets.token_urlsafe(12)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{STAFF_NAME} {password}\n")
    return password


def self_made_push_certificate(now: datetime) -> tuple[bytes, bytes]:
    """(certificate, key) in PEM; no push can be sent with it, but profiles need a Topic."""
    key = new_rsa_key()
    topic = f"com.apple.mgmt.External.{secrets.token_hex(16)}"
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.USER_ID, topic),
            x509.NameAttribute(NameOID.COMMON_NAME, "Demonstration, no push"),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, SHA256())
    )
    return (
        certificate.public_bytes(Encoding.PEM),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )


def _site(hosts: tuple[str, ...]) -> Site:
    with transaction.atomic():
        # Django's own first migration makes example.com; the demonstration takes it over.
        site, _made = Site.objects.update_or_create(
            pk=1, defaults={"domain": hosts[0], "name": "Northwind School"}
        )
        SiteConfiguration.objects.get_or_create(
            site=site,
            defaults={
                "organization_name": "Northwind School",
                "support_name": "Northwind IT",
                "support_phone": "+1 555 0100",
                "support_email": "it@northwind.example",
            },
        )
        for host in hosts:
            SiteAddress.objects.get_or_create(host=host, defaults={"site": site})
    return site


def _staff(site: Site) -> None:
    user, _made = User.objects.get_or_create(
        username=STAFF_NAME,
        defaults={
            "first_name": "Dana",
            "last_name": "Demo",
            "is_staff": True,
            "is_superuser": True,
            "is_demo": True,
        },
    )
    password = staff_password(settings.VAR_DIR)
    if not user.check_password(password):
        user.set_password(password)
        user.save()
    for privilege in (
        Privilege.ENROLL_MOBILE_DEVICES,
        Privilege.ASSIGN_USERS,
        Privilege.SEE_INVITATION_LINKS,
    ):
        SitePrivilege.objects.get_or_create(site=site, user=user, privilege=privilege)


def _invite(site: Site, name: str, *, max_uses: int | None, now: datetime) -> str:
    invitation = Invitation(
        site=site, name=name, login_required=False, max_uses=max_uses, invited_by="Dana Demo", is_demo=True
    )
    return create_invitation(invitation=invitation, created_by=None, now=now)
