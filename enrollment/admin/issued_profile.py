"""Issued profiles: when they were made and fetched, never their bytes or URL."""

from django.contrib import admin

from enrollment.models import IssuedProfile
from sites_config.admin.scoped import BY_SITE, ScopedAdmin


@admin.register(IssuedProfile)
class IssuedProfileAdmin(ScopedAdmin):
    list_display = ("issued_at", "enrollment", "site", "expires_at", "served_at")
    list_filter = (BY_SITE, "issued_at")
    search_fields = ("enrollment__=reference",)
    sortable_by = ()
    many_rows = True
    fields = ("site", "enrollment", "issued_at", "expires_at", "served_at")
    list_select_related = ("site", "enrollment")
    ordering = ("-pk",)
    linked = ("enrollment",)
