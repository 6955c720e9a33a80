"""Who sees a device besides those of the site that enrolled it: the people of the site where it stands.

They see the device and whose it is, and change nothing. How it was enrolled, by whom and with which invitation, and
what happened there, stays with the site that enrolled it.
"""

from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest

from enrollment.models import Device
from sites_config.admin.buttons import AdminWithButtons
from sites_config.admin.scoping import Reach, for_user, may, reach_of

OF_ITS_SITE = ("enrollment",)  # fields of its page


class SeenWhereItStands(AdminWithButtons):
    """Of devices. Whatever changes them asks for the site that enrolled them, as everywhere."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """``seen_whole``: with its enrollment."""
        rows: QuerySet[Any] = super().get_queryset(request)
        reach = reach_of(request.user)
        if reach.everything:
            return rows
        own = reach.seeing(self.also)
        whole = ExpressionWrapper(Q(site__in=own), output_field=BooleanField())
        seen = rows | Device.objects.filter(stands_at__in=own)
        marked: QuerySet[Any] = seen.annotate(seen_whole=whole)
        return marked

    def has_view_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return super().has_view_permission(request, obj) or (
            obj is not None and _stands_within(reach_of(request.user), obj, self.also)
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any | None = None) -> Any:
        found = super().get_fieldsets(request, obj)
        if obj is None or self.sees_whole(request, obj):
            return found
        return [
            (title, {**facts, "fields": tuple(each for each in facts["fields"] if each not in OF_ITS_SITE)})
            for title, facts in found
        ]

    def tools(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Its story tells of its enrollments."""
        return super().tools(request, obj) if self.sees_whole(request, obj) else []

    def sees_whole(self, request: HttpRequest, device: Device) -> bool:
        return may(request.user, device, also=self.also)

    def readable(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """For a file: of sites that whoever asks may read in whole, and what stands there."""
        reach = reach_of(request.user)
        if reach.everything:
            return rows
        return for_user(rows, request.user) | rows.filter(stands_at__in=reach.sees)


def _stands_within(reach: Reach, device: Device, also: Any) -> bool:
    return device.stands_at_id in reach.seeing(also)
