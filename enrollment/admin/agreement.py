"""License agreements: published, never changed."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.sites.models import Site
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone

from enrollment.admin.text_preview import AGENTS, Look, preview_agreement
from sites_config.admin.scoped import BY_SITE, ScopedAdmin
from sites_config.admin.scoping import for_user
from sites_config.agreements import next_version
from sites_config.http import sent_id
from sites_config.languages import CODES
from sites_config.models import Agreement, SiteConfiguration
from sites_config.texts import COLUMNS, column_of
from sites_config.wording_checks import problems_of_markdown


class _Form(forms.ModelForm):  # type: ignore[type-arg]
    def clean(self) -> dict[str, Any]:
        """Says beside each text what can't be shown of it."""
        values = super().clean() or {}
        for column in COLUMNS:
            for problem in problems_of_markdown(values.get(column) or ""):
                self.add_error(column, problem)
        return values


@admin.register(Agreement)
class AgreementAdmin(ScopedAdmin):
    """A new version counts as soon as it is saved. "Preview" shows the page before that."""

    form = _Form
    addable = True
    add_form_template = "admin/enrollment/agreement_form.html"
    list_display = ("__str__", "site", "ask_again", "published_at")
    list_filter = (BY_SITE, "ownership")
    search_fields = tuple(COLUMNS)
    fields = ("site", "ownership", "ask_again", *COLUMNS, "version", "published_at")
    readonly_fields = ("version", "published_at")
    list_select_related = ("site",)
    ordering = ("site", "ownership", "-version")

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_try"
        view = self.admin_site.admin_view(self.try_out)
        return [path("add/preview/", view, name=name), *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj is not None else self.fields[:-2]

    def try_out(self, request: HttpRequest) -> HttpResponse:
        """The page with the first text that was typed; nothing is stored."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        sites = for_user(Site.objects.all(), request.user, change=True)
        site = get_object_or_404(sites, pk=sent_id(request.POST.get("site", "")) or 0)
        typed = {code: request.POST.get(column_of(code), "")[:70_000] for code in CODES}
        language = next((code for code, text in typed.items() if text.strip()), "en")
        text = typed[language] if not problems_of_markdown(typed[language]) else ""
        settings = SiteConfiguration.for_site(site)
        return preview_agreement(request, settings, Look(language, "light", next(iter(AGENTS))), text)

    def save_model(self, request: HttpRequest, obj: Agreement, form: Any, change: bool) -> None:  # type: ignore[override]
        obj.version = next_version(obj.site_id, obj.ownership)
        obj.published_at = timezone.now()
        obj.save(force_insert=True)
