"""The configuration of a site, a part of the site's page."""

from typing import Any

from django.contrib.sites.models import Site
from django.db.models import BooleanField, Model, QuerySet
from django.forms import Field
from django.http import HttpRequest

from sites_config.admin.inheritance import inherited
from sites_config.admin.scoped import RowForm, ScopedStackedInline
from sites_config.admin.scoping import reach_of
from sites_config.models import SiteConfiguration


class _Form(RowForm):
    def has_changed(self) -> bool:
        """A site without any setting still needs its row."""
        return self.instance.pk is None or super().has_changed()


class SiteConfigurationInline(ScopedStackedInline):
    """One row; each blank field says what it inherits. Some of it superusers decide."""

    model = SiteConfiguration
    fk_name = "site"
    form = _Form
    writable = True
    addable = True
    min_num = max_num = 1
    can_delete = False
    fieldsets = (
        (None, {"fields": ("organization_name", "parent", "archived")}),
        ("Support contact", {"fields": ("support_name", "support_phone", "support_email", "support_url")}),
        ("Look", {"fields": ("accent_color", "privacy_url")}),
        ("Language and time", {"fields": ("default_language", "languages", "time_zone")}),
        (
            "Enrollment",
            {
                "fields": (
                    "portal_open",
                    "password_log_in",
                    "takes_devices",
                    "access_rights",
                    "device_certificate_years",
                )
            },
        ),
        ("Staff", {"fields": ("second_factor_for_staff",)}),
        ("Messages", {"fields": ("messages_per_day",)}),
        (
            "Whose devices",
            {
                "fields": (
                    "institutional_enrollment",
                    "personal_enrollment",
                    "personal_sign_in_domain",
                    "account_driven_enrollment",
                )
            },
        ),
        ("Which devices", {"fields": ("only_listed_devices", "devices_per_person", "minimum_os")}),
        ("Agreement", {"fields": ("agreement_for_staff",)}),
        ("CA certificate", {"fields": ("skip_ca_certificate", "tls_needs_ca")}),
        (
            "When a device enrolls again",
            {
                "fields": (
                    "restrict_reenrollment",
                    "reenroll_without_user",
                    "clear_location_history",
                    "clear_commands",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("site", "parent")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return [] if reach_of(request.user).everything else ["parent", "archived", "messages_per_day"]

    def get_formset(self, request: HttpRequest, obj: Site | None = None, **kwargs: Any) -> Any:
        kwargs["help_texts"] = {
            name: " ".join(filter(None, (_own_help(name), text))) for name, text in self.hints(obj).items()
        }
        return super().get_formset(request, obj, **kwargs)

    def hints(self, site: Site | None) -> dict[str, str]:
        """By field: what counts while it is blank."""
        return inherited(site)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, BooleanField) and db_field.null and field is not None:
            blank = "Only if no site belongs to it" if db_field.name == "takes_devices" else "As inherited"
            field.widget.choices = [("unknown", blank), ("true", "Yes"), ("false", "No")]
        return field


def _own_help(name: str) -> str:
    return str(getattr(SiteConfiguration._meta.get_field(name), "help_text", ""))
