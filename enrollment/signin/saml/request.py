"""To a SAML identity provider: a signed AuthnRequest by HTTP-Redirect (SAML Bindings, 3.4)."""

from django.utils import timezone
from saml2 import BINDING_HTTP_REDIRECT

from enrollment.actions import saml_round_trips
from enrollment.actions.tokens import new_token
from enrollment.models import Enrollment, SamlIdentityProvider
from enrollment.signin.failures import Reason, SignInFailed
from enrollment.signin.saml.service_provider import NoKey, client
from enrollment.signin.saml.xmlsec import XmlSecMissing
from sites_config.http import SiteRequest


def begin(request: SiteRequest, row: SamlIdentityProvider, enrollment: Enrollment) -> str:
    """The address at the provider. Raises SignInFailed."""
    now = timezone.now()
    if row.metadata_valid_until is not None and row.metadata_valid_until <= now:
        raise SignInFailed(
            Reason.UNREACHABLE,
            f"{row}: its metadata was valid until {row.metadata_valid_until:%Y-%m-%d %H:%M}",
        )
    consumer_url = request.build_absolute_uri(f"{row.path}acs")
    relay_state = new_token()
    try:
        request_id, sent = client(row, consumer_url).prepare_for_authenticate(
            entityid=row.entity_id,
            relay_state=relay_state,
            binding=BINDING_HTTP_REDIRECT,
            nameid_format=row.name_id_format,
            force_authn="true" if row.fresh_login else None,
            sign=True,
        )
    except (NoKey, XmlSecMissing) as error:
        raise SignInFailed(Reason.INVALID, f"{row}: {type(error).__name__} {error}") from None
    saml_round_trips.begin(
        row, enrollment, relay_state=relay_state, request_id=request_id, consumer_url=consumer_url, now=now
    )
    return str(dict(sent["headers"])["Location"])
