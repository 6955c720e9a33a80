"""What is done with many devices at once, from their list."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.sites.models import Site
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from enrollment.actions import device_changes
from enrollment.admin.bulk import BulkAdmin
from enrollment.admin.exports import device_table
from enrollment.directories.entry import DirectoryUnavailable
from enrollment.models import Device
from sites_config.admin.buttons import actor
from sites_config.admin.scoping import for_user
from sites_config.models import Privilege

USER = "They belong to this person from now on. The devices themselves are told nothing, and stay managed."
YEAR_END = (
    "User and location are taken away; the devices stay managed. Who may enroll one of them next, its site decides: "
    "see “restrict re-enrollment”."
)
SITE = (
    "The site where they are used from now on, in lists and exports. Its people find them there and read what they are "
    "and whose. They are managed by the site they enrolled at, with its certificates and profile, until they enroll at "
    "the other one; that site alone changes them."
)
LOST = "The devices are told nothing. They stand in the list as lost, with the time and with your name."
FOUND = "They are lost no longer; that they were stays on their timelines."
EXPORT = "One row a device: what it is, whose it is, where it stands, how it is managed. The file holds personal data."


class UserForm(forms.Form):
    user_name = forms.CharField(max_length=150, help_text="As a directory of the devices' own site has it.")


class SiteForm(forms.Form):
    site = forms.ModelChoiceField(queryset=Site.objects.none())

    def __init__(self, *args: Any, sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]


class DeviceActions(BulkAdmin):
    actions = ("change_user", "take_users_away", "assign_site", "mark_lost", "mark_found", "export")

    @admin.action(description="Change the user", permissions=["administer"])
    def change_user(self, request: HttpRequest, queryset: QuerySet[Device]) -> HttpResponse | None:
        def apply(keys: Sequence[int], typed: dict[str, Any]) -> str:
            try:
                number, nobody = device_changes.change_user(
                    keys, user_name=typed["user_name"], actor=actor(request), now=timezone.now()
                )
            except DirectoryUnavailable:
                raise ValueError("A directory could not be asked. Nothing was changed; try again.") from None
            if nobody and not number:
                raise ValueError(f"Nobody of that name, or more than one, at {', '.join(nobody)}.")
            return _said(number, "have the user now", nobody, "know nobody of that name")

        return self.confirmed(request, queryset, apply, words=USER, form=UserForm)

    @admin.action(description="Take user and location away (year-end)", permissions=["administer"])
    def take_users_away(self, request: HttpRequest, queryset: QuerySet[Device]) -> HttpResponse | None:
        def apply(keys: Sequence[int], typed: dict[str, Any]) -> str:
            number = device_changes.take_users_away(keys, actor=actor(request), now=timezone.now())
            return _said(number, "have no user and no location now")

        return self.confirmed(request, queryset, apply, words=YEAR_END)

    @admin.action(description="Change the assigned site", permissions=["administer"])
    def assign_site(self, request: HttpRequest, queryset: QuerySet[Device]) -> HttpResponse | None:
        def apply(keys: Sequence[int], typed: dict[str, Any]) -> str:
            number, others = device_changes.assign_site(
                keys, site=typed["site"], actor=actor(request), now=timezone.now()
            )
            if others and not number:
                raise ValueError(f"{typed['site']} belongs to another institution than {', '.join(others)}.")
            return _said(number, f"are assigned to {typed['site']} now", others, "are another institution's")

        open_sites = Site.objects.filter(configuration__archived=False).order_by("name")
        sites = for_user(open_sites, request.user, change=True)
        return self.confirmed(request, queryset, apply, words=SITE, form=SiteForm, options={"sites": sites})

    @admin.action(description="Mark as lost", permissions=["help"])
    def mark_lost(self, request: HttpRequest, queryset: QuerySet[Device]) -> HttpResponse | None:
        def apply(keys: Sequence[int], typed: dict[str, Any]) -> str:
            number = device_changes.mark_lost(keys, actor=actor(request), now=timezone.now())
            return _said(number, "are marked as lost")

        rows = queryset.filter(lost_at=None)
        return self.confirmed(request, rows, apply, words=LOST, also=(Privilege.HELP_PEOPLE,))

    @admin.action(description="Mark as found", permissions=["help"])
    def mark_found(self, request: HttpRequest, queryset: QuerySet[Device]) -> HttpResponse | None:
        def apply(keys: Sequence[int], typed: dict[str, Any]) -> str:
            number = device_changes.mark_found(keys, actor=actor(request), now=timezone.now())
            return _said(number, "are lost no longer")

        rows = queryset.filter(lost_at__isnull=False)
        return self.confirmed(request, rows, apply, words=FOUND, also=(Privilege.HELP_PEOPLE,))

    @admin.action(description="Export as CSV", permissions=["read"])
    def export(self, request: HttpRequest, queryset: QuerySet[Device]) -> HttpResponseBase:
        return self.exported(request, queryset, device_table, words=EXPORT)


def _said(number: int, done: str, sites: Sequence[str] = (), why: str = "") -> str:
    left = f" Left as they are: those of {', '.join(sites)}, which {why}." if sites else ""
    return f"{number} {'device' if number == 1 else 'devices'}: they {done}.{left}"
