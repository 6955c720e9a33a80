"""Sites, with what only enrollment knows of them: whether they are ready, their authority, their portal."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.sites.models import Site
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from enrollment.actions.authorities import create_authority
from enrollment.admin.access_rights import AccessRightsField, in_words
from enrollment.admin.addresses import base_url
from enrollment.admin.dashboard import dashboard
from enrollment.admin.explanation import explanation_page
from enrollment.admin.readiness import readiness_of
from enrollment.admin.site_copy import copy_page
from enrollment.models import Authority, SigningIdentity
from sites_config.admin.buttons import actor, button, may_change
from sites_config.admin.inheritance import inherited
from sites_config.admin.pages import form_page
from sites_config.admin.site import SiteAdmin
from sites_config.admin.site_configuration import SiteConfigurationInline
from sites_config.models import SiteConfiguration
from sites_config.told_changes import told_changes

ISSUES = (
    "It issues the certificates of devices, and certifies a key that signs profiles. One that issued before stays "
    "accepted for the devices that have its certificates."
)


class ConfigurationInline(SiteConfigurationInline):
    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        if db_field.name == "access_rights":
            return AccessRightsField(label="Access rights", help_text=kwargs.get("help_text", ""))
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def hints(self, site: Site | None) -> dict[str, str]:
        found = inherited(site)
        parent = site.configuration.parent if site is not None and hasattr(site, "configuration") else None
        rights = SiteConfiguration.for_site(parent).access_rights if parent else None
        counts = f"inherited from {parent.name}: {in_words(rights)}" if parent and rights else "all of them"
        return found | {"access_rights": f"Nothing ticked: {counts}."}


class AuthorityForm(forms.Form):
    name = forms.CharField(max_length=64, help_text="As devices show it, such as “Northwind School Devices”.")
    years = forms.IntegerField(min_value=1, max_value=30, initial=15)


def _not_archived(site: Site) -> bool:
    return hasattr(site, "configuration") and not SiteConfiguration.for_site(site).archived


def may_add(admin_: "ReadySiteAdmin", request: HttpRequest, site: Site) -> bool:
    """Which sites there are is the installation's matter."""
    return admin_.has_add_permission(request)


@admin.register(Site)
class ReadySiteAdmin(SiteAdmin):
    buttons = ("create_authority", "explain", "copy")
    change_form_template = "admin/sites/site/change_form.html"
    inlines = (ConfigurationInline,)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.dashboard)
        return [path("<int:object_id>/dashboard/", view, name="sites_site_dashboard"), *super().get_urls()]

    def dashboard(self, request: HttpRequest, object_id: int) -> HttpResponse:
        return dashboard(self, request, object_id)

    @button("Create authority", may_change, _not_archived)
    def create_authority(self, request: HttpRequest, site: Site) -> HttpResponse | None:
        """Asks for a name first: an earlier authority issues nothing more from then on."""
        settings = SiteConfiguration.for_site(site)
        asked = "name" in request.POST
        form = AuthorityForm(
            request.POST if asked else None, initial={"name": f"{settings.organization_name} Devices"[:64]}
        )
        if asked and form.is_valid():
            now = timezone.now()
            with told_changes(site, Authority, SigningIdentity, user=actor(request), now=now):
                made = create_authority(site=site, now=now, **form.cleaned_data)
            messages.success(
                request, f"“{made}” issues certificates now, and what signs profiles was made with it."
            )
            return None
        return form_page(
            self,
            request,
            title=f"Create an authority for {site}",
            words=ISSUES,
            form=form,
            press="Create authority",
            back=self.change_url(site),
        )

    @button("Explain enrollment", may_change, _not_archived)
    def explain(self, request: HttpRequest, site: Site) -> HttpResponse | None:
        """Why somebody may enroll here or may not."""
        return explanation_page(self, request, site)

    @button("Copy this site", may_add, _not_archived)
    def copy(self, request: HttpRequest, site: Site) -> HttpResponse | None:
        """A new one like it."""
        return copy_page(self, request, site)

    def tools(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        return [("Open as a visitor", f"{base_url(request, obj.pk)}/enroll/")] if _not_archived(obj) else []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        site: Model | None = kwargs.get("obj")
        if isinstance(site, Site) and hasattr(site, "configuration"):
            may_change = self.has_change_permission(request, site)
            context["readiness"] = readiness_of(site, now=timezone.now(), may_change=may_change)
        return super().render_change_form(request, context, *args, **kwargs)
