"""Finds the site by the host a person came to."""

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string

from sites_config.addresses import site_at
from sites_config.http import SiteRequest
from sites_config.models import SiteConfiguration

# Named as a string, like every view: the arrow from here to the pages would point the wrong way.
UNKNOWN_HOST_VIEW = "enrollment.views.errors.unknown_host"


class HostMiddleware:
    """Sets ``request.site``, and its time zone for what is shown and typed; a host that is no site's address gets 421
    Misdirected Request (RFC 9110, 15.5.20)."""

    def __init__(self, get_response: Callable[[SiteRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        site_id = _site_id(request)
        if site_id is None:
            response: HttpResponse = import_string(UNKNOWN_HOST_VIEW)(request)
            return response
        request.site = SiteConfiguration.for_site(site_id)
        with timezone.override(request.site.time_zone):
            return self.get_response(request)


def _site_id(request: SiteRequest) -> int | None:
    try:
        return site_at(request.get_host())
    except DisallowedHost:
        return None
