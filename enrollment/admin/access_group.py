"""Which directory groups may enroll what, and where."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.sites.models import Site
from django.db.models import Model
from django.http import HttpRequest

from enrollment.models import AccessGroup
from sites_config.admin.scoped import BY_SITE, RowForm, ScopedAdmin
from sites_config.admin.scoping import for_user
from sites_config.site_settings import descendants_of

WHOSE = ("everybody", "group_id", "group_name")
MANY = "When a person matches several rules, they may do what any of them lets them; one that denies wins."


class AccessGroupForm(RowForm):
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        site = cleaned.get("site") or (self.instance.site if self.instance.pk else None)
        chosen = cleaned.get("sites")
        if site is not None and chosen:
            within = descendants_of(site.pk)
            foreign = [each.name for each in chosen if each.pk not in within]
            if foreign:
                raise forms.ValidationError(
                    {"sites": f"Neither {site.name} nor a site that belongs to it: {', '.join(foreign)}."}
                )
        return cleaned


@admin.register(AccessGroup)
class AccessGroupAdmin(ScopedAdmin):
    """As long as a site and what it belongs to have no row, every directory user may enroll."""

    form = AccessGroupForm
    writable = addable = deletable = True
    list_display = ("rule", "group_id", "site", "deny", "institutional", "personal", "agreement")
    list_display_links = ("rule",)
    list_filter = (BY_SITE, "deny")
    search_fields = ("group_name", "group_id")
    list_select_related = ("site",)
    ordering = ("site", "-everybody", "group_name")
    fieldsets = (
        (
            "Whose rule",
            {
                "fields": ("site", *WHOSE),
                "description": "For good: for another group add another rule and delete this one.",
            },
        ),
        (
            "What they may",
            {"fields": ("deny", "institutional", "personal", "sites", "agreement"), "description": MANY},
        ),
    )

    @admin.display(description="group", ordering="group_name")
    def rule(self, row: AccessGroup) -> str:
        return str(row)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """Enrollments under way keep which rules matched; one of another group would be somebody else's."""
        return [*super().get_readonly_fields(request, obj), *(WHOSE if obj is not None else ())]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Sites where the user may change something; which of them belong to the rule's, the form knows."""
        rows = Site.objects.exclude(configuration__archived=True).order_by("name")
        kwargs["queryset"] = for_user(rows, request.user, change=True)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: AccessGroup, form: Any, change: bool) -> None:  # type: ignore[override]
        obj.save()  # many-to-many fields are no columns to name
