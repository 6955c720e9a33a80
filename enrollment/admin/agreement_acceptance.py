"""Who accepted which agreement: read only, the proof."""

from django.contrib import admin

from enrollment.admin.reference import FindsReference
from enrollment.models import AgreementAcceptance
from sites_config.admin.scoped import BY_SITE


@admin.register(AgreementAcceptance)
class AgreementAcceptanceAdmin(FindsReference):
    list_display = ("accepted_at", "agreement", "language", "signed_in_name", "enrollment", "site")
    list_filter = (BY_SITE, "accepted_at", "language")
    search_fields = ("enrollment__reference", "signed_in_name")
    fields = (
        "site", "enrollment", "agreement", "language", "text_sha256", "accepted_at", "signed_in_with", "signed_in_name",
    )  # fmt: skip
    list_select_related = ("site", "enrollment", "agreement")
    linked = ("enrollment", "agreement")
    ordering = ("-accepted_at",)
