"""Signing identities. The key is never shown."""

from django.contrib import admin

from enrollment.models import SigningIdentity
from sites_config.admin.scoped import BY_SITE, ScopedAdmin


@admin.register(SigningIdentity)
class SigningIdentityAdmin(ScopedAdmin):
    list_display = ("site", "authority", "not_after", "created_at")
    list_filter = (BY_SITE, "not_after")
    search_fields = ("site__name",)
    fields = ("site", "authority", "not_after", "created_at")
    list_select_related = ("site", "authority")
    ordering = ("not_after",)
