"""Sites, each with its configuration."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.sites.models import Site
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join

from sites_config.admin.buttons import AdminWithButtons
from sites_config.admin.scoping import reach_of
from sites_config.admin.site_configuration import SiteConfigurationInline

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

# Django's own is the domain, which says nothing here; people know a site by its name.
Site.add_to_class("__str__", lambda site: site.name)


class SiteAdmin(AdminWithButtons):
    """Sites are never deleted: devices belong to them for years. Which sites there are is the installation's matter.

    enrollment/admin/sites.py registers it, with what only enrollment knows of a site.
    """

    writable = True
    list_display = ("name", "organization", "parent", "hosts", "archived")
    search_fields = ("name", "configuration__organization_name", "addresses__host")
    fields = ("name", "domain", "hosts")
    readonly_fields = ("hosts",)
    inlines = (SiteConfigurationInline,)
    ordering = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Site]:
        rows = super().get_queryset(request).select_related("configuration__parent")
        return rows.prefetch_related("addresses")

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return reach_of(request.user).everything

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        own = super().get_readonly_fields(request, obj)
        return own if reach_of(request.user).everything else [*own, "domain"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        kwargs["labels"] = {"domain": "Identifier"}
        kwargs["error_messages"] = {"domain": {"unique": "Another site has this identifier."}}
        kwargs["help_texts"] = {
            "domain": "Any name that no other site has, such as its first address. It leads nowhere."
        }
        return super().get_form(request, obj, change=change, **kwargs)

    @admin.display(description="organization", ordering="configuration__organization_name")
    def organization(self, site: Site) -> str:
        return site.configuration.organization_name if hasattr(site, "configuration") else ""

    @admin.display(description="belongs to", ordering="configuration__parent__name")
    def parent(self, site: Site) -> str:
        return str((getattr(site, "configuration", None) and site.configuration.parent) or "")

    @admin.display(description="archived", boolean=True)
    def archived(self, site: Site) -> bool:
        return hasattr(site, "configuration") and site.configuration.archived

    @admin.display(description="addresses")
    def hosts(self, site: Site) -> "SafeString | str":
        addresses = [(address.host,) for address in site.addresses.all()] if site.pk else []
        return format_html_join(", ", "{}", addresses) or "none: entered through the site it belongs to"
