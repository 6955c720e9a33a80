"""When a log-in at a SAML provider may stop by itself: its metadata ends, its certificate, or our key for it."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring
from django.db.models import QuerySet

from enrollment.models import KeyUse, SamlIdentityProvider

CERTIFICATE = "{http://www.w3.org/2000/09/xmldsig#}X509Certificate"
METADATA, THEIRS, OURS = "metadata", "certificate", "key of ours"


@dataclass(frozen=True)
class SamlEnd:
    """``what``: METADATA, THEIRS or OURS."""

    provider: SamlIdentityProvider
    what: str
    at: datetime

    def words(self, now: datetime) -> str:
        return f"its {self.what} {'ended' if self.at <= now else 'ends'} on {self.at:%Y-%m-%d}"


def saml_ends(providers: QuerySet[SamlIdentityProvider]) -> list[SamlEnd]:
    """Of those that are switched on."""
    return [end for row in switched_on(providers) for end in ends_of(row)]


def switched_on(providers: QuerySet[SamlIdentityProvider]) -> QuerySet[SamlIdentityProvider]:
    """With their keys: two queries."""
    rows = providers.filter(enabled=True).exclude(site__configuration__archived=True).order_by("pk")
    return rows.select_related("site").prefetch_related("keys")


def ends_of(provider: SamlIdentityProvider) -> Iterator[SamlEnd]:
    """Of several certificates the last to end counts: it is the next one."""
    if provider.metadata_valid_until:
        yield SamlEnd(provider, METADATA, provider.metadata_valid_until)
    theirs = [each.not_valid_after_utc for each in _certificates(provider.metadata_xml)]
    if theirs:
        yield SamlEnd(provider, THEIRS, max(theirs))
    for key in provider.keys.all():
        if key.use == KeyUse.CURRENT:
            own = x509.load_pem_x509_certificate(key.certificate_pem.encode())
            yield SamlEnd(provider, OURS, own.not_valid_after_utc)


def _certificates(metadata_xml: str) -> list[x509.Certificate]:
    """As they were stored; nothing where it can't be read, which the doctor says."""
    try:
        found = fromstring(metadata_xml, forbid_dtd=True).iter(CERTIFICATE) if metadata_xml else ()
        return [x509.load_der_x509_certificate(base64.b64decode(each.text or "")) for each in found]
    except (ParseError, DefusedXmlException, binascii.Error, ValueError):
        return []
