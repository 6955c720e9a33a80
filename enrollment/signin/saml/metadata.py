"""What a SAML identity provider says of itself (SAML Metadata), reduced to what a log-in needs."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError, SubElement, register_namespace, tostring

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from enrollment.pki.errors import PkiError
from enrollment.pki.keys import check_public_key

LONGEST = 1024 * 1024  # bytes
MOST_CERTIFICATES = 10
LONGEST_URL = 2000  # characters
_URL = re.compile(r"[\x21-\x7e]+")
LONGEST_ENTITY_ID = 1024  # characters, SAML Core, 8.3.6
PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
MD, DS = "{urn:oasis:names:tc:SAML:2.0:metadata}", "{http://www.w3.org/2000/09/xmldsig#}"
register_namespace("md", MD.strip("{}"))
register_namespace("ds", DS.strip("{}"))


class BadMetadata(Exception):
    """The text tells an administrator what is wrong."""


@dataclass(frozen=True)
class ProviderMetadata:
    """``xml``: one EntityDescriptor with nothing but this. ``logout_url`` for requests and ``logout_response_url`` for
    answers: "" where there is none."""

    xml: str
    entity_id: str
    valid_until: datetime | None
    sign_on_url: str
    logout_url: str
    logout_response_url: str
    certificates: tuple[x509.Certificate, ...]


def read_metadata(content: bytes, entity_id: str = "", *, now: datetime) -> ProviderMetadata:
    """Of this provider, or without ``entity_id`` of the only one in it. Raises BadMetadata."""
    root = _parsed(content)
    found = [each for each in _providers(root) if entity_id in ("", each[0].get("entityID"))]
    if len(found) != 1:
        among = f"{len(found)} identity providers" if found else "no identity provider"
        raise BadMetadata(f"It describes {among}{f' called {entity_id}' if entity_id else ''}.")
    entity, role = found[0]
    valid_until = min(_ends([root, entity, role]), default=None)
    if valid_until is not None and valid_until <= now:
        raise BadMetadata(f"It was valid until {valid_until:%Y-%m-%d %H:%M} UTC.")
    return _reduced(entity.get("entityID", ""), role, valid_until)


def stored_metadata(xml: str) -> ProviderMetadata:
    """What was read before, for pages that show it; when it ends stands in a column of its own."""
    return read_metadata(xml.encode(), now=datetime.now(UTC))


def _parsed(content: bytes) -> Element:
    if len(content) > LONGEST:
        raise BadMetadata(f"It is longer than {LONGEST} bytes: give the metadata of one provider alone.")
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except DefusedXmlException:
        raise BadMetadata("It contains a document type or an entity, which metadata never needs.") from None
    except (ParseError, ValueError, LookupError, RecursionError):
        raise BadMetadata("It is not XML: is it a page of the provider instead of its metadata?") from None
    if root.tag not in (f"{MD}EntityDescriptor", f"{MD}EntitiesDescriptor"):
        raise BadMetadata("It is XML, but not SAML metadata.")
    return root


def _providers(root: Element) -> Iterator[tuple[Element, Element]]:
    for entity in root.iter(f"{MD}EntityDescriptor"):
        for role in entity.findall(f"{MD}IDPSSODescriptor"):
            if PROTOCOL in role.get("protocolSupportEnumeration", "").split():
                yield entity, role


def _ends(elements: list[Element]) -> Iterator[datetime]:
    for value in (each.get("validUntil") for each in elements):
        if value:
            try:
                end = datetime.fromisoformat(value)
            except ValueError:
                raise BadMetadata("Its validUntil is no time.") from None
            yield end if end.tzinfo else end.replace(tzinfo=UTC)


def _reduced(entity_id: str, role: Element, valid_until: datetime | None) -> ProviderMetadata:
    if not 0 < len(entity_id) <= LONGEST_ENTITY_ID:
        raise BadMetadata(f"Its entity ID is missing or longer than {LONGEST_ENTITY_ID} characters.")
    certificates = _certificates(role)
    sign_on_url = _location(role, "SingleSignOnService")
    logout_url = _location(role, "SingleLogoutService")
    answer_url = _location(role, "SingleLogoutService", "ResponseLocation") or logout_url
    if not sign_on_url:
        raise BadMetadata("It takes no log-in by HTTP-Redirect at an address with https.")
    entity = Element(f"{MD}EntityDescriptor", entityID=entity_id)
    kept = SubElement(entity, f"{MD}IDPSSODescriptor", protocolSupportEnumeration=PROTOCOL)
    for certificate in certificates:
        described = SubElement(kept, f"{MD}KeyDescriptor", use="signing")
        info = SubElement(SubElement(described, f"{DS}KeyInfo"), f"{DS}X509Data")
        der = certificate.public_bytes(Encoding.DER)
        SubElement(info, f"{DS}X509Certificate").text = base64.b64encode(der).decode()
    if logout_url:
        logout = SubElement(kept, f"{MD}SingleLogoutService", Binding=REDIRECT, Location=logout_url)
        logout.set("ResponseLocation", answer_url)
    SubElement(kept, f"{MD}SingleSignOnService", Binding=REDIRECT, Location=sign_on_url)
    xml = tostring(entity, encoding="unicode")
    return ProviderMetadata(
        xml, entity_id, valid_until, sign_on_url, logout_url, answer_url if logout_url else "", certificates
    )


def _location(role: Element, name: str, attribute: str = "Location") -> str:
    found = [each for each in role.findall(f"{MD}{name}") if each.get("Binding") == REDIRECT]
    return next((url for each in found if _is_https(url := each.get(attribute, ""))), "")


def _is_https(url: str) -> bool:
    if len(url) > LONGEST_URL or not _URL.fullmatch(url):  # urlsplit passes over line ends
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and not parts.fragment


def _certificates(role: Element) -> tuple[x509.Certificate, ...]:
    """Those it signs with. Expired ones count as well: in SAML the metadata vouches for the key, not the date."""
    texts = [
        text.text or ""
        for key in role.findall(f"{MD}KeyDescriptor")
        if key.get("use", "signing") == "signing"
        for text in key.iter(f"{DS}X509Certificate")
    ]
    found = tuple(dict.fromkeys(map(_certificate, texts)))
    if not 0 < len(found) <= MOST_CERTIFICATES:
        raise BadMetadata(f"It has {len(found)} certificates for signing; 1 to {MOST_CERTIFICATES} can be.")
    return found


def _certificate(text: str) -> x509.Certificate:
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode("".join(text.split()), validate=True))
        check_public_key(certificate.public_key())
    except (binascii.Error, ValueError) as error:
        raise BadMetadata(f"A certificate in it can't be read: {type(error).__name__}.") from None
    except PkiError as error:
        raise BadMetadata(f"A certificate in it can't be used: {error}.") from None
    return certificate
