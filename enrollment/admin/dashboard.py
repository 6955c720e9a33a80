"""The dashboard of a site: a page of its own, and its beginning on the admin's index."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.contrib.sites.models import Site
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.utils import timezone

from enrollment.admin.dashboard_attention import attention
from enrollment.admin.dashboard_parts import SiteRow, figures, schools, site_row, way
from enrollment.admin.dashboard_scope import ALSO, Scope, dashboard_url, roots
from enrollment.admin.day_plot import day_plot
from enrollment.explain.numbers import Numbers, last_days, numbers, total
from enrollment.models import Enrollment
from sites_config.admin.scoping import for_user
from sites_config.models import SiteConfiguration

MOST_ROOTS = 50


def dashboard(model_admin: "admin.ModelAdmin[Any]", request: HttpRequest, site_id: int) -> HttpResponse:
    rows = for_user(Site.objects.exclude(configuration=None), request.user, also=ALSO)
    site = rows.filter(pk=site_id).first()
    if site is None:
        raise Http404
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    scope = Scope(request, site, timezone.now())
    facts, found = _beginning(scope)
    context = {
        **model_admin.admin_site.each_context(request),
        **facts,
        **way(scope),
        "title": f"Dashboard of {site}",
        "opts": model_admin.opts,
        "schools": schools(scope, found),
        "sees_site": scope.sees_site,
    }
    return TemplateResponse(request, "admin/dashboard/page.html", context)


def on_the_index(request: HttpRequest) -> dict[str, Any]:
    """For somebody with one site or district its dashboard's beginning, for others a choice."""
    found, now = roots(request), timezone.now()
    if len(found) == 1:
        (site,) = found
        facts, _numbers = _beginning(Scope(request, site, now))
        return {"dashboard": facts | {"url": dashboard_url(site)}}
    shown = dict(list(found.items())[:MOST_ROOTS])
    return {"dashboards": list(_choices(request, shown, now)), "more_sites": len(found) > MOST_ROOTS}


def _choices(request: HttpRequest, found: Mapping[Site, frozenset[int]], now: datetime) -> Iterator[SiteRow]:
    """Counted together where the day begins at the same time."""
    zones = {site: SiteConfiguration.for_site(site).time_zone for site in found}
    counted: dict[ZoneInfo, dict[int, Numbers]] = {}
    for zone in set(zones.values()):
        ids = {pk for site, within in found.items() if zones[site] == zone for pk in within}
        rows = for_user(Enrollment.objects.filter(site__in=ids), request.user, also=ALSO)
        counted[zone] = numbers(rows, zone, now=now)
    for site, within in found.items():
        here = counted[zones[site]]
        sum_ = total(here[pk] for pk in within if pk in here)
        yield site_row(site, sum_, last_days(zones[site], now=now)[-1])


def _beginning(scope: Scope) -> tuple[dict[str, Any], dict[int, Numbers]]:
    """What stands on top of the page and on the index; and the numbers by site."""
    zone = scope.settings.time_zone
    found = numbers(scope.rows(Enrollment), zone, now=scope.now)
    sum_ = total(found.values())
    facts = {
        "site": scope.site,
        "zone": zone.key,
        "figures": list(figures(scope, sum_)),
        "plot": day_plot(last_days(zone, now=scope.now), sum_.per_day),
        "attention": attention(scope),
        "number_of_sites": len(scope.ids),
    }
    return facts, found
