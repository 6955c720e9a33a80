"""The pages of the way out of a SAML identity provider; the provider itself is made of nothing but metadata."""

from django.http import HttpResponse
from django.utils import timezone

from enrollment.actions import saml_round_trips
from enrollment.actions.enrollments import sign_in
from enrollment.actions.saml_providers import prepare
from enrollment.actions.saml_round_trips import Session
from enrollment.directories.entry import Entry
from enrollment.models import Enrollment, SamlIdentityProvider, SamlRoundTrip, SignInMethod
from enrollment.signin.entries import signed_in
from tests import people
from tests.gallery_pages.base import Gallery, page
from tests.visitor import Visitor

NAMES = 'xmlns="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
REDIRECT = 'Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"'
NAME_ID = '<NameID xmlns="urn:oasis:names:tc:SAML:2.0:assertion">1</NameID>'


def metadata(certificate_pem: str, entity_id: str = "https://saml.example") -> str:
    """Of a provider that signs with the key of this certificate."""
    key = "".join(certificate_pem.split("-----")[2].split())
    return (
        f'<EntityDescriptor entityID="{entity_id}" {NAMES}><IDPSSODescriptor '
        'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing">'
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{key}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
        f'</KeyDescriptor><SingleLogoutService {REDIRECT} Location="{entity_id}/logout"/>'
        f'<SingleSignOnService {REDIRECT} Location="{entity_id}/login"/></IDPSSODescriptor></EntityDescriptor>'
    )


def provider(at: Gallery) -> SamlIdentityProvider:
    row, _made = SamlIdentityProvider.objects.get_or_create(
        site=at.site, name="Northwind Account", entity_id="https://saml.example"
    )
    prepare(row, now=timezone.now())
    row.metadata_xml = metadata(row.keys.get().certificate_pem)
    row.save()
    return row


def signed_in_by(at: Gallery, row: SamlIdentityProvider) -> tuple[Visitor, Enrollment]:
    """As if the provider had answered."""
    _invitation, token = people.invite(at.site, login_required=True, assigned_user_name="")
    visitor, now = at.visitor(), timezone.now()
    enrollment = visitor.start(token)
    entry = Entry(row.source, "1", "ana", "Ana Alvarez")
    sign_in(enrollment, signed_in(SignInMethod.SAML, entry), now=now, access_groups=[])
    saml_round_trips.begin(
        row, enrollment, relay_state=enrollment.public_id, request_id="1", consumer_url="", now=now
    )
    saml_round_trips.finish(
        SamlRoundTrip.objects.latest("pk"),
        {},
        assertion_id=enrollment.public_id,
        forget_at=now,
        session=Session("1", NAME_ID, ""),
        now=now,
    )
    return visitor, enrollment


@page
def logging_out(at: Gallery) -> HttpResponse:
    visitor, _enrollment = signed_in_by(at, provider(at))
    return visitor.post(f"{visitor.own}/log-out")


@page
def sign_out_invalid(at: Gallery) -> HttpResponse:
    return at.visitor().get(f"{provider(at).path}logout?SAMLRequest=unknown")
