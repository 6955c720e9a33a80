"""Northwind District: two schools, five members of staff, fifty people, invitations in every state."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.sites.models import Site
from django.db import transaction

from enrollment.actions.authorities import create_authority, import_push_certificate
from enrollment.actions.demo.desk import desk_examples
from enrollment.actions.demo.examples import sign_in_examples
from enrollment.actions.demo.keys import STAFF_NAME, self_made_push_certificate, staff_password
from enrollment.actions.invitation_sending import send
from enrollment.actions.invitations import create_invitation, revoke
from enrollment.actions.people import import_people
from enrollment.actions.pins import sealed
from enrollment.models import (
    Authority,
    CaCertificate,
    Invitation,
    Person,
    PushCertificate,
)
from sites_config.logos import drawn
from sites_config.models import (
    SETS,
    Agreement,
    Appearance,
    MessageText,
    Privilege,
    PrivilegeSet,
    SiteAddress,
    SiteConfiguration,
    SiteLogo,
    SitePrivilege,
    User,
)

MANY_USES = "Demonstration, many uses"
SINGLE_USE = "Demonstration, single use"
WITH_AGREEMENT = "New colleagues"
USED, GRADE_4, EXPIRED, REVOKED = "Substitute iPad", "Grade 4, room 12", "Open house", "Lost leaflet"
AGREEMENT = {
    "text_en": (
        "The iPad belongs to **Northwind High**.\n\n* Keep it charged and in its case.\n"
        "* Tell the office at once if it is lost or broken.\n* Give it back when you leave."
    ),
    "text_de": (
        "Das iPad gehört der **Northwind High**.\n\n* Halten Sie es geladen und in der Hülle.\n"
        "* Melden Sie Verlust oder Schaden sofort im Sekretariat.\n* Geben Sie es zurück, wenn Sie gehen."
    ),
}
BOTH_PRIVILEGES = (Privilege.ENROLL_MOBILE_DEVICES, Privilege.ASSIGN_USERS)


@dataclass(frozen=True)
class District:
    """``high`` has a CA step, an agreement and both ownerships; ``primary`` is plain."""

    site: Site
    high: Site
    primary: Site


def load_district(*, hosts: tuple[str, ...], now: datetime) -> District:
    """Makes what is missing of it."""
    site = _district(hosts)
    high = _school(
        "Northwind High",
        site,
        skip_ca_certificate=False,
        personal_enrollment=True,
        personal_sign_in_domain="northwind.example",
        account_driven_enrollment=True,
        accent_color="#6a1b9a",
        privacy_url="https://northwind.example/privacy",
    )
    primary = _school("Northwind Primary", site)
    # The one school with an address of its own, where the browser has two names for this computer.
    SiteAddress.objects.get_or_create(host="localhost", defaults={"site": primary})
    district = District(site, high, primary)
    _keys(district, now)
    _words(district, now)
    _logo(district)
    sign_in_examples(district.site, now)
    _staff(district)
    if not Person.objects.filter(site=site).exists():
        import_people(
            (Path(settings.BASE_DIR) / "fixtures/demo-people.csv").read_bytes(),
            site=site,
            actor=None,
            now=now,
            dry_run=False,
        )
    _invitations(district, now)
    grade_4 = Invitation.objects.filter(name=GRADE_4, is_demo=True).latest("created_at")
    desk_examples(site, grade_4, helper=User.objects.get(username="nina"), now=now)
    return district


def _district(hosts: tuple[str, ...]) -> Site:
    with transaction.atomic():
        # Django's own first migration makes example.com; the demonstration takes it over.
        site, _made = Site.objects.update_or_create(
            pk=1, defaults={"domain": "northwind", "name": "Northwind District"}
        )
        SiteConfiguration.objects.get_or_create(
            site=site,
            defaults={
                "organization_name": "Northwind District",
                "support_name": "Northwind IT",
                "support_phone": "+1 555 0100",
                "support_email": "it@northwind.example",
            },
        )
        for host in hosts:
            SiteAddress.objects.get_or_create(host=host, defaults={"site": site})
    return site


def _school(name: str, district: Site, **columns: object) -> Site:
    with transaction.atomic():
        site, _made = Site.objects.get_or_create(
            domain=name.lower().replace(" ", "-"), defaults={"name": name}
        )
        SiteConfiguration.objects.get_or_create(
            site=site, defaults={"parent": district, "organization_name": name} | columns
        )
    return site


def _logo(district: District) -> None:
    made = drawn((Path(settings.BASE_DIR) / "fixtures/demo-logo.png").read_bytes())
    SiteLogo.objects.get_or_create(
        site=district.high,
        appearance=Appearance.LIGHT,
        defaults=made.columns,
    )


def _keys(district: District, now: datetime) -> None:
    site = district.site
    if not Authority.objects.filter(site=site).exists():
        create_authority(site=site, name="Northwind District Devices", years=15, now=now)
    if not PushCertificate.objects.filter(site=site).exists():
        certificate, key = self_made_push_certificate(now)
        import_push_certificate(
            site=site, certificate_pem=certificate, key_pem=key, password=None, now=now, is_demo=True
        )
    authority = Authority.objects.filter(site=site).latest("created_at")
    CaCertificate.objects.get_or_create(
        site=district.high,
        defaults={
            "name": authority.name,
            "certificate_der": authority.certificate_der,
            "not_after": authority.not_after,
            "created_at": now,
        },
    )


def _words(district: District, now: datetime) -> None:
    Agreement.objects.get_or_create(
        site=district.high, version=1, defaults={"published_at": now - timedelta(days=30)} | AGREEMENT
    )
    MessageText.objects.get_or_create(
        site=district.high,
        key="welcome.lead",
        defaults={"text_en": "Welcome to {organization}: in five minutes your device is ready."},
    )


def _staff(district: District) -> None:
    everywhere, schools = (district.site,), (district.high, district.primary)
    _member(
        STAFF_NAME,
        "Dana Demo",
        everywhere,
        SETS[PrivilegeSet.ADMINISTRATOR],
        is_staff=True,
        is_superuser=True,
    )
    _member("noah", "Noah No-Assign", everywhere, (Privilege.ENROLL_MOBILE_DEVICES,))
    _member("nina", "Nina No-Enroll", everywhere, (Privilege.VIEW_SITE, Privilege.HELP_PEOPLE), is_staff=True)
    _member("theo", "Theo Two-Schools", schools, BOTH_PRIVILEGES)
    _member("audrey", "Audrey Auditor", everywhere, SETS[PrivilegeSet.AUDITOR], is_staff=True)
    _set_passwords()


def _member(
    username: str, full_name: str, sites: tuple[Site, ...], privileges: object, **columns: bool
) -> None:
    first, _, last = full_name.partition(" ")
    names = {"first_name": first, "last_name": last, "email": f"{username}@northwind.example"}
    user, _made = User.objects.get_or_create(
        username=username, defaults={**names, **columns, "is_demo": True, "password": "!"}
    )
    for site in sites:
        for each in privileges:  # type: ignore[attr-defined]  # any collection
            SitePrivilege.objects.get_or_create(site=site, user=user, privilege=each)


def _set_passwords() -> None:
    """One password for all of them, hashed once."""
    password = staff_password(settings.VAR_DIR)
    if not User.objects.get(username=STAFF_NAME, is_demo=True).check_password(password):
        User.objects.filter(is_demo=True).update(password=make_password(password))


def _invitations(district: District, now: datetime) -> None:
    day, high, primary = timedelta(days=1), district.high, district.primary
    begun, year = now - 20 * day, now + 365 * day
    invite(primary, MANY_USES, now=begun, max_uses=None)
    invite(high, WITH_AGREEMENT, now=begun, ask_for_agreement=True, max_uses=None, expires_at=year)
    invite(primary, GRADE_4, now=now - 6 * day, max_uses=30, login_required=True, expires_at=now + day)
    invite(primary, USED, now=now - 5 * day, max_uses=1, expires_at=now + 2 * day)
    invite(high, EXPIRED, now=now - 13 * day, max_uses=50, expires_at=now - 3 * day)
    lost = invite(district.high, REVOKED, now=now - 4 * day, max_uses=None, expires_at=None)
    if lost is not None:
        revoke(lost, actor=None, now=now - 3 * day)
    zoe = invite(
        high,
        "Zoë Größwang",
        now=now,
        login_required=True,
        assigned_user_name="zoe",
        assigned_full_name="Zoë Größwang",
        email="zoe@northwind.example",
        pin_encrypted=sealed("471100"),
        expires_at=now + 7 * day,
    )
    if zoe is not None:
        send([zoe], actor=None, now=now)


def invite(site: Site, name: str, *, now: datetime, **columns: object) -> Invitation | None:
    """None where there is one of this name."""
    if Invitation.objects.filter(site=site, name=name, is_demo=True).exists():
        return None
    invitation = new_invitation(site, name, **columns)
    create_invitation(invitation=invitation, created_by=User.objects.get(username=STAFF_NAME), now=now)
    return invitation


def new_invitation(site: Site, name: str, **columns: object) -> Invitation:
    defaults: dict[str, object] = {"login_required": False, "invited_by": "Dana Demo", "is_demo": True}
    return Invitation(site=site, name=name, **(defaults | columns))
