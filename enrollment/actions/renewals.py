"""Certificates that end soon: renewed where Gatehouse may do it alone, named where it needs a person."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from cryptography import x509
from django.db.models import Count, QuerySet

from enrollment.actions.saml_keys import announce_next
from enrollment.actions.signing_identities import certify_signing_identity
from enrollment.models import (
    Authority,
    AuthorityState,
    CaCertificate,
    Certificate,
    KeyUse,
    PushCertificate,
    SamlKey,
    SigningIdentity,
    Status,
)
from sites_config.told_changes import told_changes

Row = TypeVar("Row", SigningIdentity, PushCertificate)
# A new authority is of use to those only who enroll after it: one who hears of the end a month before hears too late.
AUTHORITY_EARLY = timedelta(days=365)


@dataclass(frozen=True)
class Renewal:
    """``by_us``: it is renewed, or would be in a dry run; otherwise ``text`` says what a person has to do."""

    site: str
    text: str
    by_us: bool = False


@dataclass(frozen=True)
class Looking:
    """``until``: what ends before then, ends soon."""

    now: datetime
    until: datetime
    dry_run: bool


def renew(*, within: timedelta, dry_run: bool, now: datetime) -> Iterator[Renewal]:
    """Whatever was renewed lasts for years, so that the next run finds nothing to do."""
    looking = Looking(now, now + within, dry_run)
    for look in LOOKS:
        yield from look(looking)


def _signing(looking: Looking) -> Iterator[Renewal]:
    for row in _in_use(SigningIdentity.objects.select_related("site"), looking):
        if row.authority_id is None:
            yield _for_person(
                row.site, f"the uploaded signing identity {_ends(row.not_after)}: upload the next one"
            )
            continue
        authority = Authority.objects.filter(site=row.site_id, state=AuthorityState.ISSUING).first()
        if authority is None or authority.not_after <= looking.until:
            yield _for_person(
                row.site, f"the signing identity {_ends(row.not_after)}, and its authority with it"
            )
            continue
        if not looking.dry_run:
            with told_changes(row.site, SigningIdentity, user=None, now=looking.now):
                certify_signing_identity(authority=authority, now=looking.now)
        yield Renewal(str(row.site), f"signing identity that {_ends(row.not_after)}", by_us=True)


def _saml_keys(looking: Looking) -> Iterator[Renewal]:
    """A provider has to know the next key before it signs: it is announced here and switched to by a person."""
    for key in SamlKey.objects.filter(use=KeyUse.CURRENT).select_related("provider__site").order_by("pk"):
        end = x509.load_pem_x509_certificate(key.certificate_pem.encode()).not_valid_after_utc
        if end > looking.until:
            continue
        site, provider = key.provider.site, key.provider
        if not provider.keys.filter(use=KeyUse.NEXT).exists():
            if not looking.dry_run:
                with told_changes(site, SamlKey, user=None, now=looking.now):
                    announce_next(provider, now=looking.now)
            yield Renewal(str(site), f"next key for {provider}, announced in the metadata", by_us=True)
        yield _for_person(
            site,
            f"the key for {provider} {_ends(end)}: switch to the next one as soon as the provider has it",
        )


def _authorities(looking: Looking) -> Iterator[Renewal]:
    until = max(looking.until, looking.now + AUTHORITY_EARLY)
    rows = Authority.objects.filter(state=AuthorityState.ISSUING, not_after__lte=until)
    for row in rows.select_related("site").order_by("pk"):
        yield _for_person(
            row.site,
            f"the authority “{row.name}” {_ends(row.not_after)}, and no device's certificate outlives it: "
            f"manage.py create_authority --site {row.site_id} --name NAME; devices enrolled by then enroll again",
        )


def _push(looking: Looking) -> Iterator[Renewal]:
    for row in _in_use(PushCertificate.objects.filter(is_demo=False).select_related("site"), looking):
        yield _for_person(
            row.site,
            f"Apple's push certificate {_ends(row.not_after)}: renew it (never a new one) at "
            "identity.apple.com/pushcert with the same Apple Account, then import_push_certificate",
        )


def _ca_certificates(looking: Looking) -> Iterator[Renewal]:
    for row in (
        CaCertificate.objects.filter(not_after__lte=looking.until).select_related("site").order_by("pk")
    ):
        yield _for_person(
            row.site, f"the CA certificate “{row.name}” {_ends(row.not_after)}: upload the next one"
        )


def _devices(looking: Looking) -> Iterator[Renewal]:
    rows = Certificate.objects.filter(revoked_at=None, enrollment__status=Status.ENROLLED)
    soon = rows.filter(not_after__lte=looking.until).values("site__name").annotate(devices=Count("pk"))
    for each in soon.order_by("site__name"):
        yield Renewal(
            each["site__name"],
            f"{each['devices']} devices have a certificate that ends by {looking.until:%Y-%m-%d}: enroll them again",
        )


LOOKS: tuple[Callable[[Looking], Iterator[Renewal]], ...] = (
    _signing, _saml_keys, _authorities, _push, _ca_certificates, _devices,
)  # fmt: skip


def _in_use(rows: "QuerySet[Row]", looking: Looking) -> Iterator[Row]:
    """Of each site the one that is used, if it ends soon; the order is that of ``issuing.nearest``."""
    in_order = sorted(rows, key=lambda row: (row.not_after > looking.now, row.created_at, row.pk))
    for row in {row.site_id: row for row in in_order}.values():
        if row.not_after <= looking.until:
            yield row


def _for_person(site: object, text: str) -> Renewal:
    return Renewal(str(site), text)


def _ends(end: datetime) -> str:
    return f"ends on {end:%Y-%m-%d}"
