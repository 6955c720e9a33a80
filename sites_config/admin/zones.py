"""Times that are typed and shown in the time zone of a site, whatever host the page has."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

from sites_config.admin.scoped import ScopedAdmin
from sites_config.models import SiteConfiguration


class InZoneOfSite(ScopedAdmin):
    """Of the row's site, and where there is no row yet, of the site that the form has."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        site_id: object = request.POST.get("site") or request.GET.get("site")
        if object_id is not None:
            row = self.model.objects.filter(pk=_number(object_id))
            site_id = row.values_list("site", flat=True).first()
        shown = super().changeform_view
        return in_zone_of(site_id, lambda: shown(request, object_id, form_url, extra_context))


def in_zone_of(site_id: object, answer: Callable[[], Any]) -> Any:
    """Times are typed, checked and shown in the time zone of this site; if there is none, the form says so."""
    zone = zone_of(site_id)
    if zone is None:
        return answer()
    with timezone.override(zone):
        response = answer()
        return response.render() if hasattr(response, "render") else response


def zone_of(site_id: object) -> ZoneInfo | None:
    found = SiteConfiguration.objects.filter(site=_number(site_id)).values_list("site", flat=True).first()
    return SiteConfiguration.for_site(found).time_zone if found else None


def _number(text: object) -> int:
    """0 for what is none."""
    return int(str(text)) if str(text).isdecimal() and len(str(text)) < 19 else 0
