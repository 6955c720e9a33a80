"""The device lists: what a site expects, and what became of it."""

from functools import reduce
from operator import or_
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from enrollment.actions.device_list import ListedState, in_state, state_of, with_state
from enrollment.actions.device_list_file import COLUMNS, Imported, exported, import_devices
from enrollment.admin.exports import record_export
from enrollment.admin.file_import import SAMPLE, FileForm, FileImport, WithImport
from enrollment.models import ListedDevice
from enrollment.models.folded import filled
from sites_config.admin.buttons import actor
from sites_config.admin.filters import States
from sites_config.admin.paging import LongList
from sites_config.admin.scoped import BY_SITE, OwnSitesFilter


class ImportForm(FileForm):
    prune = forms.BooleanField(label="Take devices that the file does not name off the list", required=False)


class DeviceListImport(FileImport[ImportForm, Imported]):
    form_class = ImportForm
    title = "Import a device list"
    words = (
        f"A CSV file with a header row, a device a row. Columns: {', '.join(COLUMNS)}; only serial_number is needed, "
        "a column that the file lacks stays as it is, and other columns are left out. Commas, semicolons or tabs. A "
        "device that is on the list is changed. First you see what would happen."
    )
    press = "Import them"
    command = "manage.py import_devices"

    def do(self, request: HttpRequest, form: ImportForm, content: bytes, *, dry_run: bool) -> Imported:
        return import_devices(
            content,
            site=form.cleaned_data["site"],
            prune=form.cleaned_data["prune"],
            actor=actor(request),
            now=timezone.now(),
            dry_run=dry_run,
        )

    def found(self, done: Imported) -> list[tuple[str, str]]:
        counts = (
            ("Would be added", len(done.made)),
            ("Would be changed", len(done.changed)),
            ("Would stay as they are", done.same),
            ("Would be removed", done.removed),
        )
        sample = [*done.made, *done.changed][:SAMPLE]
        return [
            *((words, str(count)) for words, count in counts),
            *done.notes,
            *((row.serial_number, _in_words(row)) for row in sample),
        ]

    def done(self, request: HttpRequest, form: ImportForm, done: Imported) -> HttpResponse:
        messages.success(
            request, f"{len(done.made)} devices added, {len(done.changed)} changed, {done.removed} removed."
        )
        self.tell_notes(request, done.notes)
        return redirect(self.back)


def _in_words(row: ListedDevice) -> str:
    parts = (row.asset_tag, row.owner_full_name, row.owner_user_name, row.owner_email, row.note)
    return ", ".join(filter(None, parts)) or "nothing but its serial number"


class StateFilter(States):
    states = ListedState

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return super().queryset(request, with_state(queryset)) if self.value() else queryset

    def condition(self, state: str) -> Q:
        return in_state(ListedState(state))


class StatedList(LongList):
    """Asks what became of the devices on the page, and of no others: a late page passes over thousands."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        known = with_state(ListedDevice.objects.select_related("site", "meant_for")).in_bulk(
            [row.pk for row in rows]
        )
        self.result_list = [known.get(row.pk, row) for row in rows]


@admin.register(ListedDevice)
class ListedDeviceAdmin(WithImport):
    """Says what is expected; whether anything else is refused, the site's configuration says."""

    writable = addable = deletable = True
    file_import = DeviceListImport
    list_display = (
        "serial_number",
        "asset_tag",
        "owner_user_name",
        "owner_full_name",
        "meant_for",
        "site",
        "state",
        "imported_at",
    )
    list_filter = (StateFilter, BY_SITE, ("meant_for", OwnSitesFilter), "imported_at")
    search_fields = ("serial_number",)
    search_help_text = "How the serial number, asset tag or user name begins"
    fields = (
        "site", "serial_number", "asset_tag", "owner_user_name", "owner_full_name", "owner_email", "meant_for", "note",
        "state", "imported_at",
    )  # fmt: skip
    readonly_fields = ("state", "imported_at")
    list_select_related = ("site", "meant_for")
    ordering = ("serial_number", "pk")
    many_rows = True
    actions = ("export_selected",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[LongList]:
        return StatedList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)
        return found and with_state(ListedDevice.objects.filter(pk=found.pk)).first()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By what an index can answer: a serial number is stored in capitals."""
        typed = search_term.strip()
        if not typed:
            return queryset, False
        names = (filled(column, "istartswith", typed) for column in ("asset_tag", "owner_user_name"))
        return queryset.filter(reduce(or_, names, Q(serial_number__startswith=typed.upper()))), False

    @admin.display(description="state")
    def state(self, row: ListedDevice) -> str:
        return state_of(row).label if row.pk and "is_enrolled" in vars(row) else ""

    @admin.action(description="Export the selected devices as CSV")
    def export_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        record_export(request, queryset)
        rows = with_state(queryset).select_related("meant_for").order_by("serial_number", "pk")
        headers = {"Content-Disposition": 'attachment; filename="device-list.csv"'}
        return HttpResponse(
            exported(rows.iterator(chunk_size=2000)), content_type="text/csv; charset=utf-8", headers=headers
        )
