"""Device certificates."""

from django.contrib import admin

from enrollment.models import Certificate
from sites_config.admin.scoped import BY_SITE, ScopedAdmin


@admin.register(Certificate)
class CertificateAdmin(ScopedAdmin):
    list_display = ("serial_number", "enrollment", "site", "issued_at", "not_after", "revoked_at")
    list_filter = (BY_SITE, "issued_at", "revoked_at")
    search_fields = ("=serial_number", "enrollment__=reference")
    sortable_by = ()
    many_rows = True
    fields = (
        "site",
        "enrollment",
        "authority",
        "serial_number",
        "reserved_at",
        "issued_at",
        "not_before",
        "not_after",
        "revoked_at",
    )
    list_select_related = ("site", "enrollment")
    ordering = ("-pk",)
    linked = ("enrollment", "not_after")
