"""Addresses of sites."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from sites_config.admin.scoped import BY_SITE, ScopedAdmin
from sites_config.models import SiteAddress

IN_USE = "in use: devices enrolled by profiles with this address call it for years, so it can't be changed or deleted"


@admin.register(SiteAddress)
class SiteAddressAdmin(ScopedAdmin):
    """An address that stands in an issued profile stays."""

    writable = addable = deletable = True
    list_display = ("host", "site", "in_use")
    list_filter = (BY_SITE,)
    search_fields = ("host",)
    fields = ("site", "host", "in_use")
    readonly_fields = ("in_use",)
    ordering = ("host",)
    list_select_related = ("site",)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        fixed = ["host"] if isinstance(obj, SiteAddress) and obj.in_use_by_profiles else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    @admin.display(description="in issued profiles")
    def in_use(self, address: SiteAddress) -> str:
        return IN_USE[0].upper() + IN_USE[1:] + "." if address.in_use_by_profiles else "No"

    def get_deleted_objects(
        self, objs: Iterable[Any], request: HttpRequest
    ) -> tuple[Any, Any, Any, list[str]]:
        """Django's page for what can't be deleted names every address in use, for one as for many."""
        addresses = list(objs)
        deleted, counts, missing, protected = super().get_deleted_objects(addresses, request)
        in_use = [f"{address.host} ({IN_USE})" for address in addresses if address.in_use_by_profiles]
        return deleted, counts, missing, [*protected, *in_use]

    def delete_model(self, request: HttpRequest, obj: SiteAddress) -> None:
        self.delete_queryset(request, SiteAddress.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        # Once more in the statement itself: a profile may have been issued since the page was shown.
        _all, deleted = queryset.filter(in_use_by_profiles=False).delete()
        if deleted.get(SiteAddress._meta.label, 0) == 0 or queryset.exists():
            raise PermissionDenied  # and what the log says of a deletion goes too
