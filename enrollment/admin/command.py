"""MDM commands and whether the device answered."""

from django.contrib import admin

from enrollment.models import Command
from sites_config.admin.scoped import BY_SITE, ScopedAdmin


@admin.register(Command)
class CommandAdmin(ScopedAdmin):
    list_display = ("request_type", "enrollment", "site", "state", "queued_at", "answered_at")
    list_filter = ("state", BY_SITE)
    search_fields = ("=uuid", "enrollment__=reference")
    sortable_by = ()
    many_rows = True
    fields = (
        "site",
        "enrollment",
        "request_type",
        "uuid",
        "arguments",
        "state",
        "error",
        "queued_at",
        "answered_at",
    )
    list_select_related = ("site", "enrollment")
    ordering = ("-pk",)
    linked = ("enrollment",)
