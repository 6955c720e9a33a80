"""Signing identities that an institution brings."""

from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding
from django.contrib.sites.models import Site

from enrollment.models import SigningIdentity
from enrollment.pki.identity import read_identity
from enrollment.pki.keys import key_to_der
from sites_config.changes import raise_version
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
