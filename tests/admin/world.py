"""A site in full swing: at least one row of everything that the admin shows."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.sites.models import Site
from django.db.models import BinaryField, Model
from django.test import Client
from django.utils import timezone

from enrollment.actions.access_codes import make_code
from enrollment.actions.enrollments import start
from enrollment.actions.invitation_sending import send
from enrollment.actions.invitations import show_link
from enrollment.actions.profiles import ProfileWords, issue_profile
from enrollment.actions.tokens import new_token
from enrollment.actions.webhooks import new_secret
from enrollment.models import (
    AccessGroup,
    AgreementAcceptance,
    Authority,
    CaCertificate,
    Certificate,
    Challenge,
    CloudIdentityProvider,
    Command,
    CommandState,
    Device,
    DirectoryServer,
    Enrollment,
    Event,
    EventKind,
    Identity,
    Invitation,
    ListedDevice,
    Person,
    SamlIdentityProvider,
    Status,
    Webhook,
)
from sites_config.middleware.sessions import SITE_KEY
from sites_config.models import (
    Agreement,
    LoggedChange,
    MessageText,
    Privilege,
    SiteConfiguration,
    SiteLogo,
    SiteNotice,
    User,
)
from sites_config.references import spoken
from sites_config.secrets import encrypt
from tests import people

SECRETS = ("push-token-in-clear", "push-magic-in-clear", "unlock-token-in-clear", "bind-password-in-clear")


@dataclass(frozen=True)
class World:
    """``word`` stands in every name of the site's rows, and in no other site's."""

    site: Site
    word: str
    tokens: tuple[str, ...]

    def row(self, model: type[Model]) -> Model:
        """The newest of this site's rows."""
        found: Model = own_rows(model, self.site).latest("pk")
        return found


def registered() -> list[type[Model]]:
    return list(admin.site._registry)


def own_rows(model: type[Model], site: Site) -> Any:
    """By hand, without the admin's own scoping."""
    column = {Site: "pk", User: "site_privileges__site"}.get(model, "site")
    return model._default_manager.filter(**{column: site.pk})


def populate(site: Site, host: str, word: str) -> World:
    """An invitation that enrolled a device, one whose profile is on its way, staff, texts, commands, events."""
    member = people.staff(f"staff-{word}", f"{word} Staff", (site, Privilege.ENROLL_MOBILE_DEVICES))
    MessageText.objects.create(site=site, key="welcome.title", text_en=f"Welcome to {word}")
    SiteLogo.objects.create(
        site=site, png=b"\x89PNG of " + word.encode(), sha256=word.lower() * 4, width=36, height=36
    )
    Person.objects.create(site=site, user_name=f"person-{word}", full_name=f"{word} Person")
    ListedDevice.objects.create(site=site, serial_number=f"SERIAL{word.upper()}", asset_tag=f"Tag {word}")
    DirectoryServer.objects.create(
        site=site,
        name=f"LDAP {word}",
        hosts="ldap.example",
        user_base="dc=example",
        bind_password_encrypted=encrypt(SECRETS[3].encode()),
    )
    CloudIdentityProvider.objects.create(
        site=site,
        name=f"Account {word}",
        issuer="https://login.example",
        client_id=f"client-{word}",
        client_secret_encrypted=encrypt(SECRETS[3].encode()),
    )
    SamlIdentityProvider.objects.create(
        site=site, name=f"SAML {word}", entity_id=f"https://saml.example/{word}"
    )
    AccessGroup.objects.create(site=site, group_name=f"Group {word}").sites.add(site)
    Identity.objects.create(
        site=site,
        source="ldap:1",
        external_id=f"id-{word}",
        full_name=f"{word} Known",
        first_seen_at=timezone.now(),
        last_seen_at=timezone.now(),
    )
    Webhook.objects.create(
        site=site, name=f"Hook {word}", url="https://hook.example/", events=[], secret_encrypted=new_secret()
    )
    agreement = Agreement.objects.create(
        site=site, version=1, text_en=f"Agreement {word}", published_at=timezone.now()
    )
    _ca_certificate(site, word)
    invitation, token = people.invite(
        site, name=f"Invitation {word}", max_uses=5, email=f"{word}@school.example"
    )
    send([invitation], actor=member, now=timezone.now())
    _notice(site, word)
    show_link(invitation, actor=member, now=timezone.now())
    key = new_token()
    waiting = _started(site, host, key, invitation)
    challenge_row = _profile(waiting, site, host, key)
    _enrolled(challenge_row, word)
    _row, code = make_code(
        site_id=site.pk,
        expires_at=timezone.now() + timedelta(hours=1),
        actor=member,
        now=timezone.now(),
        invitation=invitation,
        enrollment=waiting,
    )
    second = new_token()
    _profile(_started(site, host, second, invitation), site, host, second)
    AgreementAcceptance.objects.create(
        site=site,
        enrollment=waiting,
        agreement=agreement,
        language="en",
        text_sha256="ab" * 32,
        accepted_at=timezone.now(),
        signed_in_name=f"Person {word}",
    )
    LoggedChange.objects.create(
        site=site, at=timezone.now(), user=member, act=2, kind="sites.site", object_id=str(site.pk),
        subject=f"Change {word}", told=f"Changed Name: old → {word}.",
    )  # fmt: skip
    return World(site, word, (token, key, second, code, spoken(code), *SECRETS))


def _notice(site: Site, word: str) -> None:
    now = timezone.now()
    SiteNotice.objects.create(
        site=site,
        text_en=f"Notice {word}",
        starts_at=now - timedelta(hours=2),
        ends_at=now - timedelta(hours=1),
    )


def _ca_certificate(site: Site, word: str) -> None:
    authority = Authority.objects.get(site=site)
    CaCertificate.objects.create(
        site=site,
        name=f"CA {word}",
        certificate_der=authority.certificate_der,
        not_after=authority.not_after,
        created_at=timezone.now(),
    )


def _started(site: Site, host: str, key: str, invitation: Invitation) -> Enrollment:
    now = timezone.now()
    return start(entry_site_id=site.pk, key=key, host=host, language="en", now=now, invitation=invitation)


def _profile(enrollment: Enrollment, site: Site, host: str, key: str) -> Challenge:
    settings = SiteConfiguration.for_site(site)
    words = ProfileWords("Enrollment", "Lets the school manage this device.", "Identity", "Management")
    profile = issue_profile(
        enrollment, site=settings, key=key, base_url=f"https://{host}", words=words, now=timezone.now()
    )
    return Challenge.objects.get(profile=profile)


def _enrolled(challenge: Challenge, word: str) -> None:
    now, enrollment = timezone.now(), challenge.enrollment
    common = {"site_id": enrollment.site_id, "enrollment": enrollment}
    device = Device.objects.create(
        site_id=enrollment.site_id,
        udid=f"UDID-{word}",
        enrollment=enrollment,
        serial_number=f"SERIAL-{word}",
        name=f"iPad {word}",
        model_name="iPad Pro",
        profiles=[{"identifier": "example", "name": "Example"}],
        first_seen_at=now,
        last_seen_at=now,
    )
    Certificate.objects.create(
        **common,
        authority=challenge.authority,
        challenge=challenge,
        serial_number=f"{enrollment.pk:x}ab",
        key_sha256=bytes([enrollment.pk % 250]) * 32,
        transaction_id=f"transaction-{word}",
        der=b"certificate of " + word.encode() * 20,
        sha256=bytes([enrollment.pk % 250 + 1]) * 32,
        reserved_at=now,
        not_before=now,
        not_after=now + timedelta(days=1000),
        issued_at=now,
    )
    Command.objects.create(
        **common, request_type="DeviceInformation", state=CommandState.QUEUED, queued_at=now
    )
    Event.objects.create(
        **common,
        kind=EventKind.MOVED,
        at=now,
        device=device,
        data={"from": "authenticated", "to": "enrolled"},
    )
    token, magic, unlock = (encrypt(secret.encode()) for secret in SECRETS[:3])
    Enrollment.objects.filter(pk=enrollment.pk).update(
        status=Status.ENROLLED,
        device=device,
        signed_in_name=f"Person {word}",
        claimed={"serial_number": f"SERIAL-{word}"},
        push_token_encrypted=token,
        push_magic_encrypted=magic,
        unlock_token_encrypted=unlock,
        enrolled_at=now,
    )


def logged_in(user: User, site: Site, host: str = "alpha.test") -> Client:
    """A browser with this user's session, opened at the site."""
    client = Client(headers={"host": host}, raise_request_exception=True)
    client.defaults["wsgi.url_scheme"] = "https"
    client.defaults["HTTP_X_FORWARDED_PROTO"] = "https"
    client.force_login(user)
    session = client.session
    session[SITE_KEY] = site.pk
    session.save()
    return client


def binary_columns(model: type[Model]) -> list[str]:
    return [field.name for field in model._meta.get_fields() if isinstance(field, BinaryField)]
