"""SCEP challenges: when they were issued, used and withdrawn, never what they are."""

from django.contrib import admin

from enrollment.models import Challenge
from sites_config.admin.scoped import BY_SITE, ScopedAdmin


@admin.register(Challenge)
class ChallengeAdmin(ScopedAdmin):
    list_display = ("issued_at", "enrollment", "site", "valid_until", "used_at", "withdrawn_at")
    list_filter = (BY_SITE, "issued_at")
    search_fields = ("enrollment__=reference",)
    sortable_by = ()
    many_rows = True
    fields = (
        "site",
        "enrollment",
        "authority",
        "profile",
        "issued_at",
        "valid_until",
        "used_at",
        "withdrawn_at",
    )
    list_select_related = ("site", "enrollment")
    ordering = ("-pk",)
    linked = ("enrollment",)
