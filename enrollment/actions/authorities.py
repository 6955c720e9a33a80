"""A site's authority and signing identity, and its push certificate."""

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from django.contrib.sites.models import Site
from django.db import transaction

from enrollment.actions.signing_identities import certified_columns
from enrollment.models import Authority, AuthorityState, PushCertificate, SigningIdentity
from enrollment.pki.authority import create_authority as new_authority
from enrollment.pki.errors import PkiError
from enrollment.pki.keys import PrivateKey, check_public_key, key_to_der
from enrollment.pki.opening import BadIdentity, open_pem_key
from sites_config.changes import raise_version
from sites_config.models import SiteConfiguration
from sites_config.secrets import encrypt

TOPIC_PREFIX = "com.apple.mgmt."


class BadPushCertificate(Exception):
    """The text says what is wrong with the files."""


def create_authority(*, site: Site, name: str, years: int, now: datetime) -> Authority:
    """A new issuing authority with a signing identity of its own; the one before it is accepted from now on."""
    organization = SiteConfiguration.for_site(site).organization_name
    made = new_authority(common_name=name, organization=organization, years=years, now=now)
    signing = certified_columns(made, organization=organization, now=now)
    with transaction.atomic():
        Authority.objects.filter(site=site, state=AuthorityState.ISSUING).update(
            state=AuthorityState.ACCEPTED
        )
        authority = Authority.objects.create(
            site=site,
            name=name,
            certificate_der=made.certificate.public_bytes(Encoding.DER),
            key_encrypted=encrypt(key_to_der(made.key)),
            not_after=made.certificate.not_valid_after_utc,
            created_at=now,
        )
        SigningIdentity.objects.create(site=site, authority=authority, **signing)
    raise_version()
    return authority


def import_push_certificate(
    *,
    site: Site,
    certificate_pem: bytes,
    key_pem: bytes,
    password: bytes | None,
    now: datetime,
    is_demo: bool = False,
) -> PushCertificate:
    """Stores Apple's push certificate; its subject's UID becomes the Topic. Raises BadPushCertificate."""
    certificate, key = _pair(certificate_pem, key_pem, password)
    if certificate.not_valid_after_utc <= now:
        raise BadPushCertificate(f"The certificate ended on {certificate.not_valid_after_utc:%Y-%m-%d}.")
    row, _made = PushCertificate.objects.update_or_create(
        site=site,
        topic=topic_of(certificate),
        defaults={
            "certificate_pem": certificate.public_bytes(Encoding.PEM).decode(),
            "key_encrypted": encrypt(key_to_der(key)),
            "not_after": certificate.not_valid_after_utc,
            "created_at": now,
            "is_demo": is_demo,
        },
    )
    raise_version()
    return row


def topic_of(certificate: x509.Certificate) -> str:
    """UID (0.9.2342.19200300.100.1.1) of the subject, as Apple issues it."""
    values = certificate.subject.get_attributes_for_oid(NameOID.USER_ID)
    topic = str(values[0].value) if values else ""
    if not topic.startswith(TOPIC_PREFIX):
        raise BadPushCertificate(
            f"This is no MDM push certificate: its UID doesn't start with {TOPIC_PREFIX}"
        )
    return topic


def _pair(
    certificate_pem: bytes, key_pem: bytes, password: bytes | None
) -> tuple[x509.Certificate, PrivateKey]:
    try:
        certificate = x509.load_pem_x509_certificate(certificate_pem)
    except ValueError:
        raise BadPushCertificate("The certificate file is not PEM.") from None
    try:
        key = open_pem_key(key_pem, password)
        check_public_key(key.public_key())
    except BadIdentity:
        raise BadPushCertificate("The key file is not PEM, or its password is missing or wrong.") from None
    except PkiError as error:
        raise BadPushCertificate(f"The key can't be used here: {error}.") from None
    if _spki(certificate.public_key()) != _spki(key.public_key()):
        raise BadPushCertificate("The key doesn't belong to the certificate.")
    return certificate, key


def _spki(key: object) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined,no-any-return]
