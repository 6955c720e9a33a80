"""What a SAML identity provider is told of us, and where it sends people back to."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from djangosaml2.views import MetadataView
from saml2.config import SPConfig

from enrollment.signin import providers
from enrollment.signin.failures import SignInFailed
from enrollment.signin.saml.consumer import consume
from enrollment.signin.saml.service_provider import described
from enrollment.steps.base import see_other
from enrollment.views.problems import problem_page
from enrollment.views.sign_in import failed
from sites_config.http import SiteRequest


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
