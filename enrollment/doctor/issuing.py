"""What each site issues with: whether it is there, when it ends, what people see of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic

from cryptography import x509
from django.db.models import QuerySet

from enrollment.actions.issuing import NotReady, Row, nearest
from enrollment.doctor.addresses import names, open_sites
from enrollment.doctor.finding import Asked, Finding, State, until
from enrollment.models import Authority, AuthorityState, CaCertificate, PushCertificate, SigningIdentity
from enrollment.pki.identity import shows_verified
from sites_config.site_settings import SiteSettings

AUTHORITY = (
    "manage.py create_authority --site SITE --name NAME; devices with certificates of the older stay accepted"
)
SIGNING = "manage.py import_signing_identity --site SITE FILE, or create_authority, which makes one too"
TOPIC = "manage.py import_push_certificate --site SITE CERTIFICATE KEY"
# With another Apple Account it gets another topic, and every device has to enroll again.
RENEW_PUSH = "renew it (not: create) at identity.apple.com/pushcert with the Apple Account that made it, then import it"


@dataclass
class _Used(Generic[Row]):
    """Rows by the sites that issue with them now, and the sites that have none."""

    rows: dict[int, Row] = field(default_factory=dict)
    sites: dict[int, list[SiteSettings]] = field(default_factory=dict)
    without: list[SiteSettings] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[Row, str]]:
        return ((row, names(self.sites[pk])) for pk, row in self.rows.items())


def _used(rows: "QuerySet[Row]", now: datetime) -> _Used[Row]:
    used: _Used[Row] = _Used()
    for site in open_sites():
        try:
            row = nearest(site, rows, "row", now)
        except NotReady:
            used.without.append(site)
            continue
        used.rows.setdefault(row.pk, row)
        used.sites.setdefault(row.pk, []).append(site)
    return used


def _missing(used: _Used[Row], what: str, todo: str) -> Iterator[Finding]:
    if used.without:
        yield Finding(State.FAILED, f"no {what}: nobody can enroll", names(used.without), todo)


def authorities(asked: Asked) -> Iterator[Finding]:
    used = _used(Authority.objects.filter(state=AuthorityState.ISSUING), asked.now)
    yield from _missing(used, "issuing authority", AUTHORITY)
    for row, sites in used:
        yield until(row.not_after, now=asked.now, subject=f"“{row}” of {sites}", todo=AUTHORITY)
    again = "enroll the devices again that have its certificates, or retire it"
    for row in Authority.objects.filter(state=AuthorityState.ACCEPTED).select_related("site").order_by("pk"):
        yield until(row.not_after, now=asked.now, subject=f"“{row}” of {row.site}, accepted", todo=again)


def signing_identities(asked: Asked) -> Iterator[Finding]:
    used = _used(SigningIdentity.objects.all(), asked.now)
    yield from _missing(used, "signing identity", SIGNING)
    for row, sites in used:
        yield until(row.not_after, now=asked.now, subject=sites, todo=SIGNING)


def verified(asked: Asked) -> Iterator[Finding]:
    """What Settings shows above a profile; whether a site has anything to sign with is another check."""
    for row, sites in _used(SigningIdentity.objects.all(), asked.now):
        chain = x509.load_pem_x509_certificates(row.certificates_pem.encode())
        if shows_verified(chain, now=asked.now):
            yield Finding(State.OK, "Settings shows profiles as “Verified”", sites)
        else:
            text = "Settings shows profiles as “Not Verified”: no public authority signed the signing certificate"
            todo = "import_signing_identity with a certificate of a public authority and its intermediates"
            yield Finding(State.WARNING, text, sites, todo)


def push_certificates(asked: Asked) -> Iterator[Finding]:
    used = _used(PushCertificate.objects.all(), asked.now)
    yield from _missing(used, "push certificate, and so no topic", TOPIC)
    for row, sites in used:
        found = until(row.not_after, now=asked.now, subject=f"{row.topic} of {sites}", todo=RENEW_PUSH)
        if row.is_demo and found.state == State.OK:
            text = f"{found.text}; self-made, no push can be sent"
            found = Finding(State.WARNING, text, found.subject, TOPIC, found.days)
        yield found


def ca_certificates(asked: Asked) -> Iterator[Finding]:
    """Those that administrators uploaded; without one people are given the authority's own."""
    rows = CaCertificate.objects.select_related("site").order_by("pk")
    for row in rows.exclude(site__configuration__archived=True):
        todo = "upload the next one in the administration under CA certificates"
        yield until(row.not_after, now=asked.now, subject=f"“{row}” of {row.site}", todo=todo)
