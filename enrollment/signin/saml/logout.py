"""Single logout by HTTP-Redirect (SAML Profiles, 4.4), begun here or at the provider."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element

from django.db import IntegrityError, transaction
from django.utils import timezone
from saml2 import BINDING_HTTP_REDIRECT, saml, samlp
from saml2.s_utils import success_status_factory

from enrollment.actions.endings import leave
from enrollment.actions.saml_providers import addresses
from enrollment.actions.saml_round_trips import begun_in, remember_message, session_of
from enrollment.models import Enrollment, SamlIdentityProvider
from enrollment.signin.saml.message import PROTOCOL, SAML, BadMessage, parsed
from enrollment.signin.saml.metadata import stored_metadata
from enrollment.signin.saml.redirect import signed_message
from enrollment.signin.saml.response import TIMES, time_of
from enrollment.signin.saml.service_provider import NoKey, client
from enrollment.signin.saml.xmlsec import XmlSecMissing

# A request says when it was made; nobody is sent on to us for longer than this.
ON_THE_WAY = timedelta(minutes=5)
MOST_SESSIONS = 50


@dataclass(frozen=True)
class Request:
    number: str
    made_at: datetime
    name_id: str
    indexes: tuple[str, ...]


def begin(enrollment: Enrollment, here: str) -> tuple[str, str] | None:
    """The provider's name, and the address there with a signed LogoutRequest; None where it offers none.

    ``here``: scheme and host to come back to, of all those that the provider knows.
    """
    found = session_of(enrollment)
    if found is None:
        return None
    row, session = found
    url = stored_metadata(row.metadata_xml).logout_url if row.ready else ""
    if not url or not session.xml:
        return None
    try:
        asking = client(row, row.own_entity_id)
    except (NoKey, XmlSecMissing):
        return None  # who pressed Log Out is logged out here at least
    _number, message = asking.create_logout_request(
        url,
        row.entity_id,
        name_id=saml.name_id_from_string(session.xml),
        session_indexes=[session.index] if session.index else None,
        sign=False,  # over the query instead
    )
    sent = asking.apply_binding(BINDING_HTTP_REDIRECT, str(message), url, here, sign=True)
    return row.name, str(dict(sent["headers"])["Location"])


def way_back(row: SamlIdentityProvider, relay_state: str) -> str:
    """Where somebody who comes back from a logout begins anew: at the school where they were."""
    return f"{relay_state}/enroll/" if relay_state in addresses(row) else "/enroll/"


def obey(row: SamlIdentityProvider, query: str, relay_state: str, here: str) -> str:
    """What the provider ended ends here as "Log Out" would; the address of the answer. Raises BadMessage."""
    now = timezone.now()
    known = stored_metadata(row.metadata_xml)
    request = _read(row, signed_message(query, "SAMLRequest", known.certificates), here, now)
    try:
        with transaction.atomic():
            remember_message(row.pk, request.number, forget_at=request.made_at + ON_THE_WAY + TIMES, now=now)
    except IntegrityError:
        raise BadMessage("this request came before") from None
    for enrollment in begun_in(row, request.name_id, request.indexes)[:MOST_SESSIONS]:
        leave(enrollment, now=now)
    return _answer(row, request, relay_state, known.logout_response_url)


def _read(row: SamlIdentityProvider, xml: str, here: str, now: datetime) -> Request:
    root = parsed(xml)
    if root.tag != f"{PROTOCOL}LogoutRequest":
        raise BadMessage("not a LogoutRequest")
    if _text(root.find(f"{SAML}Issuer")) != row.entity_id or root.get("Destination") not in (None, here):
        raise BadMessage("another Issuer or Destination")
    made_at = time_of(root.get("IssueInstant"), "IssueInstant")
    if not now - ON_THE_WAY - TIMES < made_at < now + TIMES:
        raise BadMessage("made at another time")
    name_id, number = _text(root.find(f"{SAML}NameID")), root.get("ID", "")
    if not name_id or not number:
        raise BadMessage("nobody's")
    indexes = root.findall(f"{PROTOCOL}SessionIndex")[:MOST_SESSIONS]
    return Request(number, made_at, name_id, tuple(map(_text, indexes)))


def _answer(row: SamlIdentityProvider, request: Request, relay_state: str, url: str) -> str:
    if not url:
        return "/enroll/"
    asking = client(row, row.own_entity_id)
    _number, message = asking._message(
        samlp.LogoutResponse,
        url,
        in_response_to=request.number,
        status=success_status_factory(),
        issuer=asking._issuer(),
        sign=False,
    )
    sent = asking.apply_binding(
        BINDING_HTTP_REDIRECT, str(message), url, relay_state, response=True, sign=True
    )
    return str(dict(sent["headers"])["Location"])


def _text(element: Element | None) -> str:
    return ((element.text or "") if element is not None else "").strip()
