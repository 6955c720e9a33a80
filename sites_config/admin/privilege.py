"""Privileges of staff: rows that are given and taken, never changed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.sites.models import Site
from django.forms import BaseInlineFormSet
from django.http import HttpRequest

from sites_config.admin.scoped import BY_SITE, RowForm, ScopedAdmin, ScopedTabularInline
from sites_config.admin.scoping import Reach, reach_of
from sites_config.models import SETS, Privilege, PrivilegeSet, SitePrivilege

if TYPE_CHECKING:
    PrivilegeRows = BaseInlineFormSet[Any, Any, "PrivilegeForm"]
else:  # generic for the type checker only
    PrivilegeRows = BaseInlineFormSet

CHOICES = (
    ("", "---------"),
    ("Named sets", PrivilegeSet.choices),
    ("Single privileges", Privilege.choices),
)


class PrivilegeForm(RowForm):
    """One privilege, or a named set of them, which becomes a row each. Nobody gives more than they hold."""

    granter: Reach
    siblings: Sequence["PrivilegeForm"] = ()
    _others: tuple[Privilege, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "privilege" in self.fields and not self.instance.pk:
            self.fields["privilege"] = forms.ChoiceField(choices=CHOICES)

    def clean_privilege(self) -> str:
        """Of a set the first one that is missing; ``_others`` follow when the form is saved."""
        chosen = str(self.cleaned_data["privilege"])
        if chosen not in PrivilegeSet.values:
            return chosen
        site, user = self.cleaned_data.get("site"), self.cleaned_data.get("user") or self.instance.user_id
        rows = (
            SitePrivilege.objects.filter(user=user, site=site)
            if user and site
            else SitePrivilege.objects.none()
        )
        held = rows.exclude(pk__in=[each.instance.pk for each in self.siblings if each.is_deleted])
        members = SETS[PrivilegeSet(chosen)] - set(held.values_list("privilege", flat=True))
        missing = [each for each in Privilege if each in members]
        if not missing:
            raise forms.ValidationError("The account has all of these already.")
        self._others = tuple(missing[1:])
        return missing[0]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        site, privilege = cleaned.get("site"), cleaned.get("privilege")
        if isinstance(site, Site) and privilege:
            given = (Privilege(privilege), *self._others)
            beyond = [each.label for each in given if not self._may_grant(each, site)]
            if beyond:
                words = f"You don't hold this at {site.name} yourself: {', '.join(beyond)}."
                raise forms.ValidationError({"privilege": words})
        return cleaned

    @property
    def is_deleted(self) -> bool:
        """By what was sent: the rows that go are cleaned after the ones that come."""
        return bool(self.instance.pk and self.data.get(self.add_prefix("DELETE")))

    def given(self) -> list[tuple[Site, str]]:
        """What a valid form gives anew."""
        cleaned = getattr(self, "cleaned_data", {})
        site, privilege = cleaned.get("site"), cleaned.get("privilege")
        if self.instance.pk or not site or not privilege or cleaned.get("DELETE"):
            return []
        return [(site, each) for each in (privilege, *self._others)]

    @property
    def given_besides(self) -> dict[str, tuple[Privilege, ...]]:
        """In the log a set stands as all that was given."""
        return {"privilege": self._others}

    def _may_grant(self, privilege: Privilege, site: Site) -> bool:
        return self.granter.everything or site.pk in self.granter.grants(privilege)

    def _save_m2m(self) -> None:
        super()._save_m2m()  # type: ignore[misc]  # Django's, without a type
        row = self.instance
        for each in self._others:
            SitePrivilege.objects.get_or_create(site=row.site, user=row.user, privilege=each)


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


class PrivilegesFormSet(PrivilegeRows):
    def full_clean(self) -> None:
        for form in self.forms:
            form.siblings = self.forms
        super().full_clean()

    def clean(self) -> None:
        """A set and a row beside it may give the same privilege."""
        super().clean()
        seen: set[tuple[Site, str]] = set()
        for form in self.forms:
            for given in form.given():
                if given in seen:
                    raise forms.ValidationError("Two rows give the same privilege at the same site.")
                seen.add(given)


class SitePrivilegeInline(ScopedTabularInline):
    """The privileges of one account at the sites of whoever looks."""

    model = SitePrivilege
    form = PrivilegeForm
    formset = PrivilegesFormSet  # type: ignore[assignment]  # generic over the form
    addable = deletable = True
    fields = ("site", "privilege")
    extra = 0
    verbose_name_plural = "privileges, one by one or as a named set"

    def get_min_num(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        """A new account needs a privilege at a site of its maker, who could not see it otherwise."""
        return 1 if obj is None and not reach_of(request.user).everything else 0

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, validate_min=True, **kwargs)
        formset.form.granter = reach_of(request.user)
        return formset
