"""What a site signs and issues with: its authority, signing identity and topic, or those of its parent."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.db.models import QuerySet

from enrollment.models import Authority, AuthorityState, PushCertificate, SigningIdentity
from enrollment.pki import authority as pki_authority
from enrollment.pki.keys import key_from_der
from sites_config.changes import remember
from sites_config.secrets import decrypt
from sites_config.site_settings import SiteSettings

Row = TypeVar("Row", Authority, SigningIdentity, PushCertificate)


class NotReady(Exception):
    """The site can't issue; the text says what is missing, for administrators."""


@dataclass(frozen=True)
class Signer:
    """Signs profiles. ``chain``: the intermediates, without the root."""

    certificate: x509.Certificate
    key: RSAPrivateKey | EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]


@dataclass(frozen=True)
class Issuing:
    """``authority_id`` and ``public_id`` are the row's; ``authority`` holds the loaded key."""

    authority_id: int
    public_id: str
    name: str
    authority: pki_authority.Authority
    authority_der: bytes
    signer: Signer
    topic: str


def issuing_of(site: SiteSettings, *, now: datetime) -> Issuing:
    """Raises NotReady. Keys are loaded once per process and version of the configuration."""
    found: Issuing = remember(("issuing", site.site_id), lambda: _read(site, now))
    if _ended(found, now):
        found = _read(site, now)  # an older identity may outlive a newer one
    ended = _ended(found, now)
    if ended:
        raise NotReady(f"{ended} has ended")
    return found


def _ended(issuing: Issuing, now: datetime) -> str:
    """Which of the two certificates, "" for neither."""
    if issuing.authority.certificate.not_valid_after_utc <= now:
        return "the authority's certificate"
    return (
        "the signing identity's certificate" if issuing.signer.certificate.not_valid_after_utc <= now else ""
    )


def loaded_authority(row: Authority) -> pki_authority.Authority:
    """The authority with its key, loaded once per process and version of the configuration."""
    return remember(("authority", row.pk), lambda: _loaded(row))


def _read(site: SiteSettings, now: datetime) -> Issuing:
    row = nearest(site, Authority.objects.filter(state=AuthorityState.ISSUING), "issuing authority", now)
    signing = nearest(site, SigningIdentity.objects.all(), "signing identity", now)
    push = nearest(site, PushCertificate.objects.all(), "push certificate", now)
    certificate, *chain = x509.load_pem_x509_certificates(signing.certificates_pem.encode())
    return Issuing(
        authority_id=row.pk,
        public_id=row.public_id,
        name=row.name,
        authority=loaded_authority(row),
        authority_der=bytes(row.certificate_der),
        signer=Signer(certificate, key_from_der(decrypt(signing.key_encrypted)), tuple(chain)),
        topic=push.topic,
    )


def nearest(site: SiteSettings, rows: "QuerySet[Row]", what: str, now: datetime) -> Row:
    """The newest row of the site itself, else of its parent, and so on; one that has ended only where no other is."""
    in_order = sorted(
        rows.filter(site__in=site.lineage), key=lambda row: (row.not_after > now, row.created_at, row.pk)
    )
    found = {row.site_id: row for row in in_order}
    for site_id in site.lineage:
        if site_id in found:
            return found[site_id]
    raise NotReady(f"the site has no {what}")


def _loaded(row: Authority) -> pki_authority.Authority:
    key = key_from_der(decrypt(row.key_encrypted))
    if not isinstance(key, RSAPrivateKey):
        raise NotReady("the authority's key is not RSA")
    return pki_authority.Authority(x509.load_der_x509_certificate(bytes(row.certificate_der)), key)
