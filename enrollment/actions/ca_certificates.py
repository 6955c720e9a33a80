"""The CA certificate that people install before the MDM profile: which it is, its profile, when it was fetched."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from enrollment.actions.issuing import Signer, issuing_of
from enrollment.models import CaCertificate, Enrollment
from enrollment.models.moves import OPEN
from enrollment.pki.cms import sign_attached
from enrollment.profiles.ca_profile import ca_profile
from sites_config.changes import remember
from sites_config.site_settings import SiteSettings

INSTALLED = "ca-certificate"  # in ``answers``: the fingerprint of the certificate


class BadCaCertificate(Exception):
    """The text says why people could not use it."""


@dataclass(frozen=True)
class Delivered:
    """``der``: the certificate."""

    name: str
    der: bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256, hex digits."""
        return hashlib.sha256(self.der).hexdigest()


def read_ca_certificate(pem: str, *, now: datetime) -> x509.Certificate:
    """What an administrator gives. Raises BadCaCertificate."""
    try:
        found = x509.load_pem_x509_certificate(pem.strip().encode())
        authority = found.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (ValueError, x509.ExtensionNotFound):
        raise BadCaCertificate("This is no CA certificate in PEM.") from None
    if not authority:
        raise BadCaCertificate("This certificate is of a server or a person, not of an authority.")
    if found.not_valid_after_utc <= now:
        raise BadCaCertificate(f"It ended on {found.not_valid_after_utc:%Y-%m-%d}.")
    return found


def delivered_ca(site: SiteSettings, *, now: datetime) -> Delivered:
    """The site's own choice, else its parent's, else the issuing authority. Raises NotReady."""
    chosen = remember(("ca certificate", site.site_id), lambda: _chosen(site))
    if chosen is not None:
        return chosen
    issuing = issuing_of(site, now=now)
    return Delivered(issuing.name, issuing.authority_der)


def _chosen(site: SiteSettings) -> Delivered | None:
    rows = {row.site_id: row for row in CaCertificate.objects.filter(site__in=site.lineage)}
    row = next((rows[site_id] for site_id in site.lineage if site_id in rows), None)
    return Delivered(row.name, bytes(row.certificate_der)) if row else None


def signed_ca_profile(
    site: SiteSettings, *, name: Callable[[str], str], description: str, now: datetime
) -> bytes:
    """Signed like every profile of the site, and once: a browser that fetches it twice gets the same bytes.

    ``name`` gives what it is called in Settings, of what administrators call the certificate.

    Raises NotReady.
    """
    delivered, signer = delivered_ca(site, now=now), issuing_of(site, now=now).signer
    words = (name(delivered.name), description)
    key = ("signed ca profile", site.site_id, delivered.fingerprint, signer.certificate, *words)
    return remember(key, lambda: _signed(site, delivered, signer, *words))


def _signed(site: SiteSettings, delivered: Delivered, signer: Signer, name: str, description: str) -> bytes:
    content = ca_profile(
        identifier=f"gatehouse.{site.profile_namespace.hex}",
        namespace=site.profile_namespace,
        organization=site.organization_name,
        name=name,
        description=description,
        certificate=delivered.der,
    )
    return sign_attached(content, certificate=signer.certificate, key=signer.key, chain=signer.chain)


def note_fetched(enrollment: Enrollment, *, now: datetime) -> None:
    """Once, from when iOS keeps it for eight minutes."""
    Enrollment.objects.filter(pk=enrollment.pk, ca_served_at=None, status__in=OPEN).update(ca_served_at=now)


def fetch_again(enrollment: Enrollment) -> None:
    """The next fetch starts the eight minutes anew."""
    Enrollment.objects.filter(pk=enrollment.pk, status__in=OPEN).update(ca_served_at=None)
