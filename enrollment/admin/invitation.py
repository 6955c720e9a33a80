"""Invitations: made, changed, shown, revoked, released."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from enrollment.actions import invitations
from enrollment.admin.event import WithTimeline
from enrollment.models import Invitation
from sites_config.admin.buttons import AdminWithButtons, button
from sites_config.admin.scoped import BY_SITE, RowForm
from sites_config.admin.scoping import for_user, reach_of
from sites_config.models import Privilege, SiteAddress, SiteConfiguration, User
from sites_config.secrets import Undecryptable

LIVES = timedelta(days=7)


class InvitationForm(RowForm):
    def clean_max_uses(self) -> int | None:
        uses: int | None = self.cleaned_data["max_uses"]
        taken = self.instance.uses_held + self.instance.uses_spent
        if uses is not None and uses < taken:
            raise forms.ValidationError(f"{taken} uses are already taken.")
        return uses


def _may_see_link(admin_: "InvitationAdmin", request: HttpRequest, invitation: Invitation) -> bool:
    return reach_of(request.user).holds(Privilege.SEE_INVITATION_LINKS, invitation.site_id)


def _may_change(admin_: "InvitationAdmin", request: HttpRequest, invitation: Invitation) -> bool:
    return invitation.revoked_at is None and admin_.has_change_permission(request, invitation)


@admin.register(Invitation)
class InvitationAdmin(WithTimeline, AdminWithButtons):
    """The link is shown only on request, to those who may see it, and that leaves an event."""

    form = InvitationForm
    writable = addable = True
    timeline_of = ("invitation", "enrollment__invitation")
    buttons = ("show_link", "release", "revoke")
    actions = ("revoke_selected",)
    change_form_template = "admin/enrollment/change_form_with_timeline.html"
    list_display = (
        "name",
        "site",
        "login_required",
        "uses",
        "expires_at",
        "state",
        "created_by",
        "created_at",
    )
    list_filter = (BY_SITE, "login_required", "expires_at", "created_at")
    search_fields = ("name", "invited_by", "assigned_user_name", "assigned_full_name")
    list_select_related = ("site", "created_by")
    ordering = ("-created_at",)
    readonly_fields = ("uses", "state", "created_by", "created_at")
    fieldsets = (
        (None, {"fields": ("site", "name", "invited_by")}),
        ("Who may use it", {"fields": ("login_required", "ask_for_agreement", "max_uses", "expires_at")}),
        ("Assigned to", {"fields": ("assigned_user_name", "assigned_full_name")}),
        ("So far", {"fields": ("state", "uses", "created_by", "created_at")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj is not None else self.fieldsets[:-1]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"expires_at": timezone.now() + LIVES} | super().get_changeform_initial_data(request)

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:  # type: ignore[override]
        if change:
            return super().save_model(request, obj, form, change)
        invitations.create_invitation(invitation=obj, created_by=_actor(request), now=timezone.now())

    @admin.display(description="uses")
    def uses(self, invitation: Invitation) -> str:
        held = f", {invitation.uses_held} in progress" if invitation.uses_held else ""
        most = "any number" if invitation.max_uses is None else invitation.max_uses
        return f"{invitation.uses_spent} of {most}{held}"

    @admin.display(description="state")
    def state(self, invitation: Invitation) -> str:
        if invitation.revoked_at:
            return "Revoked"
        if invitation.expires_at and invitation.expires_at <= timezone.now():
            return "Expired"
        used_up = invitation.max_uses is not None and invitation.uses_spent >= invitation.max_uses
        return "Used up" if used_up else "Open"

    @button("Show link", _may_see_link)
    def show_link(self, request: HttpRequest, invitation: Invitation) -> HttpResponse | None:
        """The link stands on this one page and in no message, which a session would keep."""
        try:
            token = invitations.show_link(invitation, actor=_actor(request), now=timezone.now())
        except Undecryptable as error:
            messages.error(request, str(error))
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": f"Link of the invitation “{invitation.name}”",
            "link": f"{_base_url(request, invitation)}/i/{token}",
            "back": self.change_url(invitation),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/enrollment/invitation/link.html", context)

    @button("Release held uses", _may_change)
    def release(self, request: HttpRequest, invitation: Invitation) -> None:
        released = invitations.release(invitation, actor=_actor(request), now=timezone.now())
        messages.success(
            request, f"{released} uses released." if released else "No use was held without a certificate."
        )

    @button("Revoke", _may_change)
    def revoke(self, request: HttpRequest, invitation: Invitation) -> None:
        invitations.revoke(invitation, actor=_actor(request), now=timezone.now())
        messages.success(
            request, "The invitation is revoked, and with it every attempt without a certificate."
        )

    @admin.action(description="Revoke selected invitations", permissions=["change"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        open_rows = list(for_user(queryset, request.user, change=True).filter(revoked_at=None))
        for invitation in open_rows:
            invitations.revoke(invitation, actor=_actor(request), now=timezone.now())
        messages.success(request, f"{len(open_rows)} invitations revoked.")


def _actor(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _base_url(request: HttpRequest, invitation: Invitation) -> str:
    """The address this page has, if the invitation can be opened there; else one of its site, or of its parent."""
    lineage = SiteConfiguration.for_site(invitation.site_id).lineage
    here = getattr(request, "site")  # noqa: B009  # set by the host middleware
    if here.site_id in lineage:
        return request.build_absolute_uri("/").removesuffix("/")
    hosts = dict(SiteAddress.objects.filter(site__in=lineage).order_by("-pk").values_list("site", "host"))
    host = next((hosts[site_id] for site_id in lineage if site_id in hosts), request.get_host())
    return f"{request.scheme}://{host}"
