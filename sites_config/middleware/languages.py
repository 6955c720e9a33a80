"""The person's language: their own choice, else the first of Accept-Language that the site offers."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from sites_config.http import SiteRequest


class LanguageMiddleware:
    """Sets ``request.language``. Django's own never picks a language without a catalogue, and a site may offer one."""

    def __init__(self, get_response: Callable[[SiteRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        site = request.site
        request.language = negotiated(
            request.COOKIES.get(settings.LANGUAGE_COOKIE, ""),
            request.headers.get("Accept-Language", ""),
            site.languages,
            site.default_language,
        )
        with translation.override(request.language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.language)
        return response


def negotiated(chosen: str, accepted: str, offered: tuple[str, ...], default: str) -> str:
    """A code of ``offered``; ``default`` when nothing fits and the site offers it."""
    if chosen in offered:
        return chosen
    for wanted, _quality in parse_accept_lang_header(accepted[:500].lower()):
        for candidate in (wanted, wanted.partition("-")[0]):
            if candidate in offered:
                return candidate
    return default if default in offered else offered[0]
