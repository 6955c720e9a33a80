"""The people and places of the stories: two institutions, their staff, their invitations.

Alpha School (alpha.test, 127.0.0.1, localhost) and Beta College (beta.test) share an installation and nothing else.
Alice may enroll at Alpha; Bob works there too, without that privilege; Beta's Carol may enroll at Beta.
"""

import functools
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.actions.authorities import create_authority, import_push_certificate
from enrollment.actions.demo import self_made_push_certificate
from enrollment.actions.invitations import create_invitation
from enrollment.models import Authority, Invitation, Person, PushCertificate, SigningIdentity
from sites_config.changes import raise_version
from sites_config.models import (
    Agreement,
    Ownership,
    Privilege,
    SiteAddress,
    SiteConfiguration,
    SitePrivilege,
    User,
)

PASSWORD = "correct horse battery"


@functools.cache
def _password_hash() -> str:
    return make_password(PASSWORD)


@dataclass(frozen=True)
class _Keys:
    """Rows of an authority made once a run: RSA keys take their time."""

    authority: dict[str, object]
    signing: dict[str, object]
    push: dict[str, object]


_keys: dict[str, _Keys] = {}


def new_site(name: str, *hosts: str, parent: Site | None = None, ready: bool = True) -> Site:
    """A site with addresses and, if ``ready``, everything it needs to issue profiles."""
    site = Site.objects.create(domain=hosts[0] if hosts else name.lower().replace(" ", "-"), name=name)
    SiteConfiguration.objects.create(
        site=site,
        parent=parent,
        organization_name=name,
        support_name="" if parent else f"{name} IT desk",
        support_phone="" if parent else "+1 555 0100",
        support_email="" if parent else "it@alpha.example",
    )
    for host in hosts:
        SiteAddress.objects.create(site=site, host=host)
    if ready:
        _equip(site, name)
    return site


def _equip(site: Site, name: str) -> None:
    now = timezone.now()
    if name not in _keys:
        _make_keys(site, name, now)
        return
    keys = _keys[name]
    authority = Authority.objects.create(site=site, **keys.authority)
    SigningIdentity.objects.create(site=site, authority=authority, **keys.signing)
    PushCertificate.objects.create(site=site, **keys.push)
    raise_version()


def _make_keys(site: Site, name: str, now: datetime) -> None:
    create_authority(site=site, name=f"{name} Devices", years=15, now=now)
    certificate, key = self_made_push_certificate(now)
    import_push_certificate(site=site, certificate_pem=certificate, key_pem=key, password=None, now=now)
    _keys[name] = _Keys(*(_columns(model, site) for model in (Authority, SigningIdentity, PushCertificate)))


def _columns(model: type[Authority | SigningIdentity | PushCertificate], site: Site) -> dict[str, object]:
    left_out = ("id", "site_id", "authority_id")
    row = model.objects.filter(site=site).values().get()
    return {column: value for column, value in row.items() if column not in left_out}


def staff(username: str, full_name: str, *privileges: tuple[Site, Privilege], **columns: object) -> User:
    """A local account whose password is PASSWORD."""
    first, _, last = full_name.partition(" ")
    user = User.objects.create(
        username=username, first_name=first, last_name=last, password=_password_hash(), **columns
    )
    SitePrivilege.objects.bulk_create(
        SitePrivilege(site=site, user=user, privilege=privilege) for site, privilege in privileges
    )
    return user


def configure(site: Site, **columns: object) -> None:
    """Changes what the site configures, as admin does."""
    row = SiteConfiguration.objects.get(site=site)
    for name, value in columns.items():
        setattr(row, name, value)
    row.save()


def allow_personal(site: Site) -> None:
    """Devices of people's own, with account-driven enrollment."""
    configure(
        site,
        personal_enrollment=True,
        personal_sign_in_domain="alpha.example",
        account_driven_enrollment=True,
    )


def publish(site: Site, **columns: object) -> Agreement:
    """The next version of an agreement; without columns in English, for institutional devices."""
    ownership = str(columns.pop("ownership", Ownership.INSTITUTIONAL))
    version = Agreement.objects.filter(site=site, ownership=ownership).count() + 1
    texts = columns or {"text_en": "You take **good care** of the device."}
    return Agreement.objects.create(
        site=site, ownership=ownership, version=version, published_at=timezone.now(), **texts
    )


def let_assign(user: User, site: Site) -> None:
    """The privilege that brings the screen "Who will use this iPad?"."""
    SitePrivilege.objects.create(user=user, site=site, privilege=Privilege.ASSIGN_USERS)


def person(site: Site, user_name: str = "ana", full_name: str = "Ana Alvarez", **columns: str) -> Person:
    """Somebody in the site's own directory."""
    return Person.objects.create(site=site, user_name=user_name, full_name=full_name, **columns)


def invite(site: Site, **columns: object) -> tuple[Invitation, str]:
    """(row, token) of an invitation without login for one device, unless the columns say otherwise."""
    defaults: dict[str, object] = {
        "name": "Grade 4",
        "login_required": False,
        "assigned_user_name": "guest",  # blank, the page would ask whom the device is for
        "max_uses": 1,
        "invited_by": "Mr. Ames",
    }
    invitation = Invitation(site=site, **(defaults | columns))
    token = create_invitation(invitation=invitation, created_by=None, now=timezone.now())
    return invitation, token
