"""Who accepted which agreement: read only, the proof."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from enrollment.actions.tables import written_table
from enrollment.admin.exports import record_export
from enrollment.admin.reference import FindsReference
from enrollment.models import AgreementAcceptance
from sites_config.admin.scoped import BY_SITE
from sites_config.references import spoken

COLUMNS = (
    "accepted", "site", "agreement", "language", "sha256 of the text", "logged in with", "name", "reference code",
)  # fmt: skip


@admin.register(AgreementAcceptance)
class AgreementAcceptanceAdmin(FindsReference):
    list_display = ("accepted_at", "agreement", "language", "signed_in_name", "enrollment", "site")
    list_filter = (BY_SITE, "accepted_at")
    search_fields = ("enrollment__=reference", "signed_in_name")
    sortable_by = ()
    many_rows = True
    fields = (
        "site", "enrollment", "agreement", "language", "text_sha256", "accepted_at", "signed_in_with", "signed_in_name",
    )  # fmt: skip
    list_select_related = ("site", "enrollment", "agreement")
    linked = ("enrollment", "agreement")
    ordering = ("-pk",)
    actions = ("export_selected",)

    @admin.action(description="Export the selected acceptances as CSV")
    def export_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        record_export(request, queryset)
        rows = queryset.select_related("site", "enrollment", "agreement").order_by("accepted_at", "pk")
        table = written_table([COLUMNS, *map(_cells, rows.iterator(chunk_size=2000))])
        headers = {"Content-Disposition": 'attachment; filename="agreement-acceptances.csv"'}
        return HttpResponse(table, content_type="text/csv; charset=utf-8", headers=headers)


def _cells(row: AgreementAcceptance) -> tuple[str, ...]:
    return (
        row.accepted_at.isoformat(timespec="seconds"),
        str(row.site),
        str(row.agreement),
        row.language,
        row.text_sha256,
        row.get_signed_in_with_display(),
        row.signed_in_name,
        spoken(row.enrollment.reference),
    )
