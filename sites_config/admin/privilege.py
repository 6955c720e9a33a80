"""Privileges of staff: rows that are given and taken, never changed."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.sites.models import Site
from django.http import HttpRequest

from sites_config.admin.scoped import BY_SITE, RowForm, ScopedAdmin, ScopedTabularInline
from sites_config.admin.scoping import Reach, reach_of
from sites_config.models import Privilege, SitePrivilege


class PrivilegeForm(RowForm):
    """Nobody gives more than they hold."""

    granter: Reach

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        site, privilege = cleaned.get("site"), cleaned.get("privilege")
        if isinstance(site, Site) and privilege and not self._may_grant(Privilege(privilege), site):
            raise forms.ValidationError(
                {"privilege": f"You don't hold this privilege at {site.name} yourself."}
            )
        return cleaned

    def _may_grant(self, privilege: Privilege, site: Site) -> bool:
        return self.granter.everything or site.pk in self.granter.grants(privilege)


@admin.register(SitePrivilege)
class SitePrivilegeAdmin(ScopedAdmin):
    """For accounts that work at several sites too, whose own page an administrator of one of them can't change."""

    form = PrivilegeForm
    addable = deletable = True
    list_display = ("user", "site", "privilege")
    list_filter = (BY_SITE, "privilege")
    search_fields = ("user__username", "user__first_name", "user__last_name")
    fields = ("site", "user", "privilege")
    autocomplete_fields = ("user",)
    list_select_related = ("site", "user")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.granter = reach_of(request.user)
        return form


class SitePrivilegeInline(ScopedTabularInline):
    """The privileges of one account at the sites of whoever looks."""

    model = SitePrivilege
    form = PrivilegeForm
    addable = deletable = True
    fields = ("site", "privilege")
    extra = 0

    def get_min_num(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """A new account needs a privilege at a site of its maker, who could not see it otherwise."""
        return 1 if obj is None and not reach_of(request.user).everything else 0

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, validate_min=True, **kwargs)
        formset.form.granter = reach_of(request.user)
        return formset
