"""What a SAML identity provider is told of us, and where it sends people back to."""

import logging
from typing import Any

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from djangosaml2.views import MetadataView
from saml2.config import SPConfig

from enrollment.signin import providers
from enrollment.signin.failures import SignInFailed
from enrollment.signin.saml.consumer import consume
from enrollment.signin.saml.logout import obey, way_back
from enrollment.signin.saml.message import BadMessage
from enrollment.signin.saml.service_provider import NoKey, described
from enrollment.signin.saml.xmlsec import XmlSecMissing
from enrollment.steps.base import see_other
from enrollment.views.problems import problem_page
from enrollment.views.sign_in import failed
from sites_config.http import SiteRequest

log = logging.getLogger("gatehouse.signin")


class Metadata(MetadataView):  # type: ignore[misc]  # djangosaml2 has no types
    """Of Gatehouse, for one provider: each knows us by an entity ID of its own."""

    http_method_names = ["get", "head"]
    configuration: SPConfig

    def get(self, request: SiteRequest, number: int) -> Any:
        try:
            row = providers.provider(request.site, f"saml-{number}", ready=False)
        except providers.NoSuchProvider:
            return problem_page(request, "not_found", 404, action="/enroll/")
        with described(row, request.build_absolute_uri("/").removesuffix("/")) as self.configuration:
            return super().get(request)

    def get_sp_config(self, request: SiteRequest) -> SPConfig:
        return self.configuration


@csrf_exempt  # the form comes from the provider's page: RelayState and the signed answer take the token's place
@require_POST
def consumer(request: SiteRequest, number: int) -> HttpResponse:
    """The assertion consumer service (SAML Profiles, 4.1). It writes only what waits for the right browser."""
    try:
        return see_other(consume(request, providers.provider(request.site, f"saml-{number}")))
    except providers.NoSuchProvider:
        return problem_page(request, "not_found", 404, action="/enroll/")
    except SignInFailed as failure:
        return failed(request, failure)


@require_GET
def logged_out(request: SiteRequest, number: int) -> HttpResponse:
    """The single logout service. A LogoutRequest has an effect although it comes by GET: once, and signed by the
    provider. A LogoutResponse has none, because what it answers was done here before."""
    try:
        row = providers.provider(request.site, f"saml-{number}")
        if "SAMLRequest" not in request.GET:
            return see_other(way_back(row, request.GET.get("RelayState", "")))
        here = request.build_absolute_uri(request.path)
        return see_other(obey(row, request.META["QUERY_STRING"], request.GET.get("RelayState", ""), here))
    except providers.NoSuchProvider:
        return problem_page(request, "not_found", 404, action="/enroll/")
    except (BadMessage, NoKey, XmlSecMissing) as error:
        log.warning("nobody was logged out, reference %s: %s", request.reference, error)
        return problem_page(request, "sign_out_invalid", 403, action="/enroll/")
