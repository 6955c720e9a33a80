"""Signing identities: those that an institution brings, and those that a site's own authority certifies."""

from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding
from django.contrib.sites.models import Site

from enrollment.actions.issuing import loaded_authority
from enrollment.models import Authority, SigningIdentity
from enrollment.pki.authority import Authority as PkiAuthority
from enrollment.pki.authority import certify_profile_signer
from enrollment.pki.identity import read_identity
from enrollment.pki.keys import key_to_der, new_rsa_key
from sites_config.changes import raise_version
from sites_config.models import SiteConfiguration
from sites_config.secrets import encrypt


def import_signing_identity(
    *, site: Site, content: bytes, password: bytes | None, now: datetime
) -> SigningIdentity:
    """``content``: as ``read_identity`` takes it; raises BadIdentity.

    Call it outside of transactions: a PKCS#12 file takes its time to open.
    """
    identity = read_identity(content, password, now=now)
    row = SigningIdentity.objects.create(
        site=site,
        certificates_pem="".join(each.public_bytes(Encoding.PEM).decode() for each in identity.chain),
        key_encrypted=encrypt(key_to_der(identity.key)),
        not_after=min(each.not_valid_after_utc for each in identity.chain),
        created_at=now,
    )
    raise_version()
    return row


def certified_columns(authority: PkiAuthority, *, organization: str, now: datetime) -> dict[str, object]:
    """Of a new identity that this authority certifies. Call it outside of transactions: keys take their time."""
    key = new_rsa_key()
    certificate = certify_profile_signer(
        authority,
        public_key=key.public_key(),
        common_name=organization,
        organization=organization,
        now=now,
    )
    return {
        "certificates_pem": certificate.public_bytes(Encoding.PEM).decode(),
        "key_encrypted": encrypt(key_to_der(key)),
        "not_after": certificate.not_valid_after_utc,
        "created_at": now,
    }


def certify_signing_identity(*, authority: Authority, now: datetime) -> SigningIdentity:
    """A new one of the authority's site; it signs from now on."""
    organization = SiteConfiguration.for_site(authority.site_id).organization_name
    columns = certified_columns(loaded_authority(authority), organization=organization, now=now)
    row = SigningIdentity.objects.create(site_id=authority.site_id, authority=authority, **columns)
    raise_version()
    return row
