"""License agreements: published, never changed."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone

from sites_config.admin.scoped import BY_SITE, ScopedAdmin
from sites_config.models import Agreement
from sites_config.texts import column_of

COLUMNS = tuple(column_of(code) for code, _name in settings.LANGUAGES)


@admin.register(Agreement)
class AgreementAdmin(ScopedAdmin):
    """A new version counts as soon as it is saved; whoever is in the middle of an enrollment is asked once more."""

    addable = True
    list_display = ("__str__", "site", "published_at")
    list_filter = (BY_SITE, "ownership")
    search_fields = COLUMNS
    fields = ("site", "ownership", "ask_again", *COLUMNS, "version", "published_at")
    readonly_fields = ("version", "published_at")
    list_select_related = ("site",)
    ordering = ("site", "ownership", "-version")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj is not None else self.fields[:-2]

    def save_model(self, request: HttpRequest, obj: Agreement, form: Any, change: bool) -> None:  # type: ignore[override]
        rows = Agreement.objects.filter(site=obj.site_id, ownership=obj.ownership)
        obj.version = (rows.aggregate(newest=Max("version"))["newest"] or 0) + 1
        obj.published_at = timezone.now()
        obj.save(force_insert=True)
