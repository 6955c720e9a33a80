"""People whom a directory or an identity provider vouched for: read only."""

from django.contrib import admin

from enrollment.models import Identity
from sites_config.admin.scoped import BY_SITE, ScopedAdmin


@admin.register(Identity)
class IdentityAdmin(ScopedAdmin):
    list_display = ("user_name", "full_name", "email", "source", "site", "first_seen_at", "last_seen_at")
    list_filter = (BY_SITE, "last_seen_at")
    search_fields = ("user_name", "full_name", "email", "external_id")
    sortable_by = ("last_seen_at",)
    many_rows = True
    fields = (
        "site",
        "source",
        "external_id",
        "user_name",
        "full_name",
        "email",
        "first_seen_at",
        "last_seen_at",
    )
    list_select_related = ("site",)
    ordering = ("-last_seen_at",)
