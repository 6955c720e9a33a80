"""Answers to what no view answers: wrong host, no page, no cookie, a fault of ours."""

import logging
import sys
import traceback

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from enrollment.views.problems import problem_page
from sites_config.http import SiteRequest
from sites_config.middleware.languages import set_languages
from sites_config.references import new_reference
from sites_config.site_settings import no_site
from sites_config.staff_pages import staff_page

# Routes whose page has the form that was posted: there one can try again.
WITH_FORM = ("invitation", "portal", "screen", "code", "account_login")
log = logging.getLogger("gatehouse.errors")


def unknown_host(request: HttpRequest) -> HttpResponse:
    """421: nothing here, and nothing of any site in the answer."""
    return _without_site(request, "unknown_host", 421)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400: a form with thousands of fields, a body over the limit."""
    return _page(request, "error", 400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404; in the admin a page for staff."""
    if request.path.startswith(reverse("admin:index")) and hasattr(request, "site"):
        return staff_page(render)(request, "account/not_found.html", status=404)
    return _page(request, "not_found", 404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403, which only the admin raises."""
    return staff_page(render)(request, "account/forbidden.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500; asks neither the database nor the site."""
    kind, _error, frames = sys.exc_info()
    # Not the exception's own text: it may repeat a path, and a path may be a capability.
    where = "".join(traceback.format_tb(frames))
    name = kind.__name__ if kind else "error"
    log.error("unhandled %s, reference %s\n%s", name, getattr(request, "reference", "-"), where)
    return _without_site(request, "error", 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Nearly always a browser that keeps no cookies."""
    match = request.resolver_match
    can_be_opened = match is not None and match.view_name in WITH_FORM
    return _page(request, "cookies", 403, action=request.path if can_be_opened else "/enroll/")


def _page(request: HttpRequest, kind: str, status: int, action: str = "/enroll/") -> HttpResponse:
    if not hasattr(request, "site") or not hasattr(request, "language"):
        return _without_site(request, kind, status)
    site_request: SiteRequest = request  # type: ignore[assignment]
    return problem_page(site_request, kind, status, action=action)


def _without_site(request: HttpRequest, kind: str, status: int) -> HttpResponse:
    site_request: SiteRequest = request  # type: ignore[assignment]
    site = no_site()
    site_request.site = site
    if not hasattr(site_request, "language"):
        set_languages(site_request)
    if not hasattr(site_request, "reference"):
        site_request.reference = new_reference()
    response = problem_page(site_request, kind, status, action="/enroll/", site=site)
    return response.render() if hasattr(response, "render") else response
