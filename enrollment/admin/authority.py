"""Certificate authorities. The key is never shown."""

from django.contrib import admin

from enrollment.models import Authority
from sites_config.admin.scoped import BY_SITE, ScopedAdmin


@admin.register(Authority)
class AuthorityAdmin(ScopedAdmin):
    list_display = ("name", "site", "state", "not_after", "created_at")
    list_filter = ("state", BY_SITE)
    search_fields = ("name", "public_id")
    fields = ("site", "name", "state", "public_id", "not_after", "created_at")
    list_select_related = ("site",)
    ordering = ("-created_at",)
