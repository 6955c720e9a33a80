"""Answers of a real SAML provider in the hands of somebody who alters, repeats or diverts them."""

import base64

from enrollment.models import Identity, SamlIdentityProvider
from tests.identity.at_provider import press
from tests.identity.at_saml_provider import Answer, AtSamlProvider, send
from tests.phone.page import Page
from tests.visitor import Visitor, as_page

NOT_LOGGED_IN = "You could not be logged in"
OVER = "This log-in is no longer valid"


def xml_of(answer: Answer) -> str:
    return base64.b64decode(answer.fields["SAMLResponse"]).decode()


def with_xml(answer: Answer, xml: str) -> Answer:
    fields = answer.fields | {"SAMLResponse": base64.b64encode(xml.encode()).decode()}
    return Answer(answer.path, fields)


def answered(visitor: Visitor, at_provider: AtSamlProvider, row: SamlIdentityProvider) -> Answer:
    """Logged in there, and not sent home yet."""
    return at_provider.log_in(press(visitor, f"saml-{row.pk}"), "ada", f"https://{visitor.host}")


def what_follows(visitor: Visitor, answer: Answer) -> Page:
    sent = send(visitor, answer)
    return as_page(visitor.get(sent.headers["Location"]) if sent.status_code == 303 else sent)


def nobody_is_in(*visitors: Visitor) -> bool:
    return not Identity.objects.exists() and all(each.enrollment.signed_in_with == "" for each in visitors)
