"""Times of a row that are typed and shown in the time zone of its site, whatever host the page has."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

from sites_config.admin.scoped import ScopedAdmin
from sites_config.models import SiteConfiguration


class InZoneOfSite(ScopedAdmin):
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        site_id: object = request.POST.get("site") or request.GET.get("site")
        if object_id is not None:
            site_id = self.model.objects.filter(pk=_number(object_id)).values_list("site", flat=True).first()
        zone = zone_of(site_id)
        if zone is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        with timezone.override(zone):
            response = super().changeform_view(request, object_id, form_url, extra_context)
            return response.render() if hasattr(response, "render") else response


def _number(text: object) -> int:
    return int(str(text)) if str(text).isdecimal() and len(str(text)) < 19 else 0


def zone_of(site_id: object) -> ZoneInfo | None:
    """None where there is no such site; the form says so."""
    found = (
        SiteConfiguration.objects.filter(site=_number(site_id or 0)).values_list("site", flat=True).first()
    )
    return SiteConfiguration.for_site(found).time_zone if found else None
