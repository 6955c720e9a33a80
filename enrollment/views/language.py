"""The language switch of every page."""

from django.conf import settings
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

from enrollment.steps.base import see_other
from enrollment.steps.language import Texts
from enrollment.steps.page import Page, render
from sites_config.http import SiteRequest
from sites_config.texts import direction, native_names

A_YEAR = 365 * 24 * 3600


class Languages(View):
    """``/language?next=<path>`` lists what the site offers; a POST keeps the choice and goes back to that page."""

    def get(self, request: SiteRequest) -> HttpResponse:
        return languages_page(request, local_path(request.GET.get("next", "")))

    def post(self, request: SiteRequest) -> HttpResponse:
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


def languages_page(request: SiteRequest, back: str) -> HttpResponse:
    """``back``: the path that it was opened from, and goes back to."""
    languages = [
        {"code": code, "name": name, "direction": direction(code)}
        for code, name in native_names(request.site.languages)
    ]
    page = Page(request, request.site, Texts)
    return render(page, "enrollment/language.html", {"languages": languages, "next": back})


def local_path(path: str) -> str:
    """The path if it is one of ours, else the portal: never another host."""
    if not url_has_allowed_host_and_scheme(path, allowed_hosts=None) or not path.isprintable():
        return "/enroll/"
    try:
        resolve(path)
    except Resolver404:
        return "/enroll/"
    return path
