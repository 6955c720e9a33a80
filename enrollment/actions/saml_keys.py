"""Keys of Gatehouse towards a SAML identity provider: the first one, and how one follows another."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from django.db import transaction

from enrollment.models import KeyUse, SamlIdentityProvider, SamlKey
from enrollment.pki.keys import key_to_der, new_rsa_key
from sites_config.secrets import encrypt

# Providers pin the key; where one looks at the date nonetheless, it shall not end in the middle of a school year.
LIVES = timedelta(days=10 * 365)
LONGEST_COMMON_NAME = 64  # RFC 5280, A.1


class NoNextKey(Exception):
    """There is nothing to switch to."""


def have_key(provider: SamlIdentityProvider, *, now: datetime) -> None:
    """Makes the first one."""
    if not provider.keys.exists():
        _make(provider, KeyUse.CURRENT, now=now)


def announce_next(provider: SamlIdentityProvider, *, now: datetime) -> SamlKey:
    """It stands in our metadata from now on; the one that was announced before, if it is not used yet."""
    announced = provider.keys.filter(use=KeyUse.NEXT).first()
    return announced or _make(provider, KeyUse.NEXT, now=now)


def switch(provider: SamlIdentityProvider) -> None:
    """The next one signs; the one before goes on reading what was encrypted for it. Raises NoNextKey."""
    with transaction.atomic():
        if not provider.keys.select_for_update().filter(use=KeyUse.NEXT).exists():
            raise NoNextKey
        forget_previous(provider)
        provider.keys.filter(use=KeyUse.CURRENT).update(use=KeyUse.PREVIOUS)
        provider.keys.filter(use=KeyUse.NEXT).update(use=KeyUse.CURRENT)


def forget_previous(provider: SamlIdentityProvider) -> int:
    """How many there were, 0 or 1."""
    return provider.keys.filter(use=KeyUse.PREVIOUS).delete()[0]


def _make(provider: SamlIdentityProvider, use: KeyUse, *, now: datetime) -> SamlKey:
    key = new_rsa_key(3072)
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, f"Gatehouse at {provider.name}"[:LONGEST_COMMON_NAME])]
    )
    builder = x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + LIVES)
    certificate = builder.sign(key, SHA256())
    return SamlKey.objects.create(
        site_id=provider.site_id,
        provider=provider,
        use=use,
        certificate_pem=certificate.public_bytes(Encoding.PEM).decode(),
        key_encrypted=encrypt(key_to_der(key)),
        created_at=now,
    )
