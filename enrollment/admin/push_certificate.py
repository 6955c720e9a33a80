"""Push certificates. The key is never shown."""

from django.contrib import admin

from enrollment.models import PushCertificate
from sites_config.admin.scoped import BY_SITE, ScopedAdmin


@admin.register(PushCertificate)
class PushCertificateAdmin(ScopedAdmin):
    list_display = ("topic", "site", "not_after", "is_demo")
    list_filter = (BY_SITE, "not_after")
    search_fields = ("topic",)
    fields = ("site", "topic", "not_after", "created_at", "is_demo")
    list_select_related = ("site",)
    ordering = ("not_after",)
