"""The gates before Start and Log In: nobody answers questions in a browser that can't install the profile, or on a
device that would be turned away."""

from types import SimpleNamespace

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from enrollment.mdm.os_version import numbers
from enrollment.models import Enrollment, Status
from enrollment.steps.base import see_other
from enrollment.steps.browsers import Kind, kind_of, newest_possible
from enrollment.steps.gate import DeviceTexts, SafariTexts
from enrollment.steps.link import link
from enrollment.steps.page import Page, render
from enrollment.views.language import local_path
from enrollment.views.problems import problem_page
from enrollment.visit import Visit
from sites_config.http import SiteRequest
from sites_config.site_settings import SiteSettings

DECLARED = {Kind.OTHER_ON_IOS: SafariTexts, Kind.ELSEWHERE: DeviceTexts}
ANYWAY_COOKIE = "gatehouse-anyway"


def gate(
    request: SiteRequest, site: SiteSettings, enrollment: Enrollment | None = None
) -> HttpResponse | None:
    """How to go on where it works; None where it does, and where nobody can tell.

    ``enrollment``: one of this browser that could be handed over.
    """
    kind = kind_of(request.headers.get("User-Agent", ""))
    if kind not in DECLARED or (settings.DEMO and ANYWAY_COOKIE in request.COOKIES):
        return None
    page = Page(request, site, DECLARED[kind], enrollment=enrollment)
    shown = SimpleNamespace(
        on_device=kind is Kind.OTHER_ON_IOS,
        hand_over_url=f"/enroll/{enrollment.public_id}/hand-over" if enrollment else "",
        demo=settings.DEMO,
    )
    return render(page, "enrollment/gate.html", {"gate": shown, "link": link(page, request.path)})


def update_first(visit: Visit, request: SiteRequest) -> HttpResponse | None:
    """To update iOS, where Safari says that it is too old for every site in question; later the device itself says."""
    least, newest = visit.minimum_os, newest_possible(request.headers.get("User-Agent", ""))
    begins = visit.enrollment.status == Status.STARTED and not visit.ended
    if not (begins and least and newest) or newest >= numbers(least):
        return None
    row = visit.enrollment if visit.saved else None
    return problem_page(
        request, "update_first", 403, site=visit.site, enrollment=row, values={"version": least}
    )


@require_POST
def go_on_here(request: SiteRequest) -> HttpResponse:
    """For whoever tries the demonstration on a computer; the simulated iPhone plays the device then."""
    if not settings.DEMO:
        raise Http404
    response = see_other(local_path(request.POST.get("next", "")))
    response.set_cookie(ANYWAY_COOKIE, "1", httponly=True, samesite="Lax", secure=settings.SECURE)
    return response
