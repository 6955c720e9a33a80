"""The person's language: their own choice, else the first of Accept-Language that the site offers."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation

from sites_config.http import SiteRequest
from sites_config.languages import negotiated, of_device


def set_languages(request: SiteRequest) -> None:
    """``language`` and ``device_language`` of a request that has its ``site``."""
    site, accepted = request.site, request.headers.get("Accept-Language", "")
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE, "")
    request.language = negotiated(chosen, accepted, site.languages, site.default_language)
    request.device_language = of_device(accepted)


class LanguageMiddleware:
    """Sets ``language`` and ``device_language``. Django's own never picks a language without a catalogue, and a site
    may offer one."""

    def __init__(self, get_response: Callable[[SiteRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        set_languages(request)
        with translation.override(request.language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.language)
        return response
