"""Notices: written, changed, ended."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.sites.models import Site
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from sites_config.admin.buttons import AdminWithButtons, button, may_change
from sites_config.admin.scoped import BY_SITE, RowForm
from sites_config.admin.scoping import for_user
from sites_config.admin.zones import InZoneOfSite, zone_of
from sites_config.languages import CODES, LANGUAGES
from sites_config.models import LONGEST_NOTICE, SiteConfiguration, SiteNotice
from sites_config.stored_values import became, stored
from sites_config.texts import COLUMNS, column_of
from sites_config.wording_checks import problems_of_markdown

HELP = (
    "It stands at the top of every page that people see while they enroll, from its start to its end, also at sites "
    "that belong to this one. Write it in the languages that people read here: who reads another one gets the site's "
    f"default language. Markdown, at most {LONGEST_NOTICE} characters in each."
)


ZONE = "Its times are read and shown in the time zone of the site"


class NoticeForm(RowForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "starts_at" in self.fields:
            self.fields["starts_at"].required = False
        for column, code in COLUMNS.items():
            if column in self.fields:
                self.fields[column].label = dict(LANGUAGES)[code]
                self.fields[column].widget = forms.Textarea(
                    {"rows": 3, "cols": 70, "lang": code, "dir": "auto"}
                )

    def clean_starts_at(self) -> datetime:
        begins: datetime | None = self.cleaned_data["starts_at"]
        return begins or timezone.now()

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        texts = {column: (values.get(column) or "").strip() for column in COLUMNS if column in self.fields}
        for column, text in texts.items():
            problems = problems_of_markdown(text)
            if len(text) > LONGEST_NOTICE:
                problems = [f"It has {len(text)} characters; {LONGEST_NOTICE} are the most.", *problems]
            for problem in problems:
                self.add_error(column, problem)
        if not any(texts.values()):
            raise forms.ValidationError("Write the notice in one language at least.")
        return values


def _not_over(notice: SiteNotice) -> bool:
    return notice.ends_at > timezone.now()


@admin.register(SiteNotice)
class SiteNoticeAdmin(InZoneOfSite, AdminWithButtons):
    form = NoticeForm
    writable = addable = True
    buttons = ("end_now",)
    list_display = ("__str__", "site", "starts_at", "ends_at", "state")
    list_filter = (BY_SITE, "severity", "ends_at")
    list_select_related = ("site",)
    ordering = ("-starts_at",)
    readonly_fields = ("state",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The texts in the languages of the site; of all that one may write for, while it is not chosen yet."""
        told = ("site", "severity", "starts_at", "ends_at", *(("state",) if obj is not None else ()))
        zone = zone_of(
            obj.site_id if obj is not None else request.POST.get("site") or request.GET.get("site")
        )
        words = f"{HELP} {ZONE}{f': {zone}' if zone else ''}."
        texts = tuple(column_of(code) for code in self._languages(request, obj))
        return (
            (None, {"fields": told, "description": f"{words} Without “from” it begins at once."}),
            ("Text", {"fields": texts}),
        )

    def _languages(self, request: HttpRequest, obj: SiteNotice | None) -> list[str]:
        if obj is not None:
            sites = [obj.site_id]
        else:
            rows = for_user(Site.objects.filter(configuration__archived=False), request.user, change=True)
            sites = list(rows.values_list("pk", flat=True))
        offered = {code for pk in sites for code in SiteConfiguration.for_site(pk).languages}
        own = {code for column, code in COLUMNS.items() if obj is not None and getattr(obj, column)}
        return sorted(offered | own, key=lambda code: (code != "en", CODES.index(code)))

    @admin.display(description="state")
    def state(self, notice: SiteNotice) -> str:
        now = timezone.now()
        if notice.shown(now):
            return "Shown"
        return "Over" if notice.ends_at <= now else "Not yet"

    @button("End now", may_change, _not_over)
    def end_now(self, request: HttpRequest, notice: SiteNotice) -> None:
        before = dict(stored(notice))
        notice.ends_at = timezone.now()
        notice.starts_at = min(notice.starts_at, notice.ends_at)
        with transaction.atomic():
            notice.save(update_fields=["starts_at", "ends_at"])
            self.log_change(request, notice, became(before, stored(notice)))
        messages.success(request, "The notice is over. Every page is without it within a second.")
