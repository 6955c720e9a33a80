"""A provider's answer: pysaml2 checks its signature, and what it says is compared here once more.

pysaml2 passes over what is missing, an audience or a recipient for example; here all of it must be there
(SAML Profiles, 4.1.4.2 and 4.1.4.3).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from saml2 import BINDING_HTTP_POST
from saml2.saml import SCM_BEARER

from enrollment.actions.saml_round_trips import Session
from enrollment.models import SamlIdentityProvider, SamlRoundTrip
from enrollment.signin.failures import Reason, SignInFailed
from enrollment.signin.saml.encryption import in_clear, is_encrypted
from enrollment.signin.saml.message import BadMessage, NotSuccessful, check_response, decoded
from enrollment.signin.saml.service_provider import LEEWAY, NoKey, client, decryption_keys
from enrollment.signin.saml.xmlsec import XmlSecMissing

TIMES = timedelta(seconds=LEEWAY)
# What a provider says when the person gave up there.
STOPPED = ("AuthnFailed", "RequestDenied", "NoPassive")


@dataclass(frozen=True)
class Verified:
    """``attributes``: the values by the name of each, and by its friendly name where it has one."""

    assertion_id: str
    forget_at: datetime
    name_id_format: str
    session: Session
    authenticated_at: datetime
    attributes: dict[str, tuple[str, ...]]


class Wrong(BadMessage):
    """The text names the check."""


def verify(row: SamlIdentityProvider, trip: SamlRoundTrip, sent: str, *, now: datetime) -> Verified:
    """``sent``: SAMLResponse of the form. Raises SignInFailed."""
    try:
        answer = _signed(row, trip, decoded(sent))
        _check_response(row, trip, answer.response)
        return _verified(row, trip, answer.assertions, now)
    except NotSuccessful as status:
        stopped = any(each in str(status) for each in STOPPED)
        raise SignInFailed(Reason.CANCELLED if stopped else Reason.INVALID, f"{row}: {status}") from None
    except (BadMessage, NoKey, XmlSecMissing) as error:
        raise SignInFailed(Reason.INVALID, f"{row}: {type(error).__name__}, {error}") from None


def _signed(row: SamlIdentityProvider, trip: SamlRoundTrip, xml: str) -> Any:
    """pysaml2's answer. What was encrypted is looked at like what was sent in clear."""
    check_response(xml)
    service = client(row, trip.consumer_url)
    try:
        if is_encrypted(xml):
            service.sec.correctly_signed_response(xml)  # if it is signed as a whole
            xml = in_clear(xml, decryption_keys(row))
            check_response(xml)
        answer = service.parse_authn_request_response(
            xml,
            BINDING_HTTP_POST,
            outstanding={trip.request_id: "/"},
            conv_info={"entity_id": row.own_entity_id},
        )
    except (BadMessage, NotSuccessful, NoKey, XmlSecMissing):
        raise
    except Exception as error:  # of any type, and the text may hold the whole document
        raise Wrong(type(error).__name__) from None
    if answer is None:
        raise Wrong("not taken")
    return answer


def _check_response(row: SamlIdentityProvider, trip: SamlRoundTrip, response: Any) -> None:
    _must(response.in_response_to == trip.request_id, "InResponseTo of the response")
    _must(response.issuer is None or _text(response.issuer) == row.entity_id, "Issuer of the response")
    _must(response.destination in (None, trip.consumer_url), "Destination")


def _verified(row: SamlIdentityProvider, trip: SamlRoundTrip, assertions: Any, now: datetime) -> Verified:
    _must(len(assertions) == 1, "one assertion")
    assertion = assertions[0]
    _must(bool(assertion.signature) and bool(assertion.id), "signature of the assertion")
    _must(assertion.version == "2.0", "version of the assertion")
    _must(_text(assertion.issuer) == row.entity_id, "Issuer of the assertion")
    ends = [_conditions(row, assertion.conditions, now), _confirmation(trip, assertion.subject, now)]
    _must(len(assertion.authn_statement) == 1, "one AuthnStatement")
    statement = assertion.authn_statement[0]
    authenticated_at = time_of(statement.authn_instant, "AuthnInstant")
    if row.fresh_login and authenticated_at < trip.enrollment.started_at - TIMES:
        raise SignInFailed(Reason.OVER, f"{row}: the log-in is older than this enrollment")
    name_id = assertion.subject.name_id
    return Verified(
        assertion_id=str(assertion.id),
        forget_at=max(ends) + TIMES,
        session=Session(_text(name_id), str(name_id or ""), str(statement.session_index or "")),
        name_id_format=str((name_id is not None and name_id.format) or ""),
        authenticated_at=authenticated_at,
        attributes=dict(_attributes(assertion)),
    )


def _conditions(row: SamlIdentityProvider, conditions: Any, now: datetime) -> datetime:
    """For us, and now; when they end."""
    _must(conditions is not None, "Conditions")
    audiences = [
        [_text(each) for each in restriction.audience] for restriction in conditions.audience_restriction
    ]
    _must(bool(audiences) and all(row.own_entity_id in each for each in audiences), "Audience")
    if conditions.not_before:
        _must(time_of(conditions.not_before, "NotBefore") <= now + TIMES, "NotBefore")
    end = time_of(conditions.not_on_or_after, "NotOnOrAfter")
    _must(now < end + TIMES, "NotOnOrAfter")
    return end


def _confirmation(trip: SamlRoundTrip, subject: Any, now: datetime) -> datetime:
    """Of the bearer: this request's, at this address, and not for long; when that ends."""
    _must(subject is not None, "Subject")
    of_bearers = [each for each in subject.subject_confirmation if each.method == SCM_BEARER]
    data = [each.subject_confirmation_data for each in of_bearers]
    _must(len(data) == 1 and data[0] is not None, "one SubjectConfirmation of a bearer")
    _must(data[0].recipient == trip.consumer_url, "Recipient")
    _must(data[0].in_response_to == trip.request_id, "InResponseTo of the subject")
    _must(not data[0].not_before, "NotBefore of the subject")
    end = time_of(data[0].not_on_or_after, "NotOnOrAfter of the subject")
    _must(now < end + TIMES, "NotOnOrAfter of the subject")
    return end


def _attributes(assertion: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The names come last, so that no friendly name stands in for one."""
    found = [each for statement in assertion.attribute_statement for each in statement.attribute]
    for name_of in ("friendly_name", "name"):
        for attribute in found:
            if name := getattr(attribute, name_of):
                yield str(name), tuple(_text(value) for value in attribute.attribute_value)


def _text(element: Any) -> str:
    return str((element is not None and element.text) or "").strip()


def time_of(value: object, what: str) -> datetime:
    """An xs:dateTime, UTC unless it says otherwise. Raises Wrong."""
    try:
        time = datetime.fromisoformat(str(value))
    except ValueError:
        raise Wrong(what) from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _must(holds: bool, what: str) -> None:
    if not holds:
        raise Wrong(what)
