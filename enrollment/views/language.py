"""The language switch of every page."""

from django.conf import settings
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from enrollment.steps.base import see_other
from sites_config.http import SiteRequest

A_YEAR = 365 * 24 * 3600


@require_POST
def choose(request: SiteRequest) -> HttpResponse:
    """Keeps the choice in a cookie and goes back to the page it was made on."""
    response = see_other(local_path(request.POST.get("next", "")))
    language = request.POST.get("language", "")
    if language in request.site.languages:
        response.set_cookie(
            settings.LANGUAGE_COOKIE,
            language,
            max_age=A_YEAR,
            secure=settings.SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def local_path(path: str) -> str:
    """The path if it is one of ours, else the portal: never another host."""
    if not url_has_allowed_host_and_scheme(path, allowed_hosts=None) or not path.isprintable():
        return "/enroll/"
    try:
        resolve(path)
    except Resolver404:
        return "/enroll/"
    return path
