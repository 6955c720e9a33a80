"""Invitations: made, changed, shown, revoked, released."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from enrollment.actions import invitations
from enrollment.admin.addresses import base_url
from enrollment.admin.event import SHOWN, WithTimeline
from enrollment.models import Enrollment, Invitation
from enrollment.steps.qr_code import qr_code
from sites_config.admin.buttons import AdminWithButtons, actor, button, may_change
from sites_config.admin.pages import link_page
from sites_config.admin.scoped import BY_SITE, RowForm
from sites_config.admin.scoping import for_user, reach_of
from sites_config.models import Privilege, SiteConfiguration, User
from sites_config.secrets import Undecryptable

LIVES = timedelta(days=7)
FEW = 5
ONLY_SOME_SEE_LINKS = "Its link is shown to people with the privilege “See invitation links”."
OPEN_DOOR = (
    "This invitation needs no login, enrolls many devices and never ends: whoever finds its link can enroll devices. "
    "Give it an end, or let people log in."
)


class InvitationForm(RowForm):
    def clean_expires_at(self) -> datetime | None:
        """An end in the past is no way to end one: Revoke also stops the attempts under way."""
        ends: datetime | None = self.cleaned_data["expires_at"]
        if ends is not None and "expires_at" in self.changed_data and ends <= timezone.now():
            raise forms.ValidationError("This is past already. To end an invitation now, revoke it.")
        return ends

    def clean_max_uses(self) -> int | None:
        uses: int | None = self.cleaned_data["max_uses"]
        if uses == 0:
            raise forms.ValidationError("One at least; leave it blank for as many as you like.")
        taken = self.instance.uses_held + self.instance.uses_spent
        if uses is not None and uses < taken:
            raise forms.ValidationError(f"{taken} uses are already taken.")
        return uses


def _may_see_link(admin_: "InvitationAdmin", request: HttpRequest, invitation: Invitation) -> bool:
    return reach_of(request.user).holds(Privilege.SEE_INVITATION_LINKS, invitation.site_id)


def _is_open(invitation: Invitation) -> bool:
    return invitation.revoked_at is None


@admin.register(Invitation)
class InvitationAdmin(WithTimeline, AdminWithButtons):
    """The link is shown only on request, to those who may see it, and that leaves an event."""

    form = InvitationForm
    writable = addable = True
    also = (Privilege.MANAGE_INVITATIONS,)
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
        if obj is None:
            return self.fieldsets[:-1]
        name, so_far = self.fieldsets[-1]
        hint = "" if _may_see_link(self, request, obj) else ONLY_SOME_SEE_LINKS
        return (*self.fieldsets[:-1], (name, so_far | {"description": hint}))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"expires_at": timezone.now() + LIVES} | super().get_changeform_initial_data(request)

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:  # type: ignore[override]
        if change:
            return super().save_model(request, obj, form, change)
        invitations.create_invitation(invitation=obj, created_by=actor(request), now=timezone.now())

    @admin.display(description="uses")
    def uses(self, invitation: Invitation) -> str:
        held = f", {invitation.uses_held} in progress" if invitation.uses_held else ""
        most = "any number" if invitation.max_uses is None else invitation.max_uses
        return f"{invitation.uses_spent} of {most}{held}"

    @admin.display(description="state")
    def state(self, invitation: Invitation) -> str:
        if invitation.revoked_at:
            return "Revoked"
        if SiteConfiguration.for_site(invitation.site_id).archived:
            return "Closed: the site is archived"
        if invitation.expires_at and invitation.expires_at <= timezone.now():
            return "Expired"
        used_up = invitation.max_uses is not None and invitation.uses_spent >= invitation.max_uses
        return "Used up" if used_up else "Open"

    def response_add(
        self, request: HttpRequest, obj: Invitation, post_url_continue: str | None = None
    ) -> Any:
        """To its page, where its link is shown: that is what an invitation is made for."""
        if any(name in request.POST for name in ("_addanother", "_popup")) or not _may_see_link(
            self, request, obj
        ):
            return super().response_add(request, obj, post_url_continue)
        messages.success(
            request, f"The invitation “{obj.name}” was added: “Show link” gives its link and QR code."
        )
        return redirect(self.change_url(obj))

    @button("Show link", _may_see_link)
    def show_link(self, request: HttpRequest, invitation: Invitation) -> HttpResponse | None:
        try:
            token = invitations.show_link(invitation, actor=actor(request), now=timezone.now())
        except Undecryptable as error:
            messages.error(request, str(error))
            return None
        link = f"{base_url(request, invitation.site_id)}/i/{token}"
        return link_page(
            self,
            request,
            title=f"Link of the invitation “{invitation.name}”",
            words="Whoever has this link can use the invitation. That you saw it stands in its timeline.",
            link=link,
            qr=qr_code(link),
            back=self.change_url(invitation),
        )

    @button("Release held uses", may_change, _is_open)
    def release(self, request: HttpRequest, invitation: Invitation) -> None:
        released = invitations.release(invitation, actor=actor(request), now=timezone.now())
        if released:
            messages.success(request, f"{released} use{'s' if released > 1 else ''} released.")
        else:
            messages.success(request, "No use was held without a certificate.")

    @button("Revoke", may_change, _is_open)
    def revoke(self, request: HttpRequest, invitation: Invitation) -> None:
        invitations.revoke(invitation, actor=actor(request), now=timezone.now())
        messages.success(
            request, "The invitation is revoked, and with it every attempt without a certificate."
        )

    @admin.action(description="Revoke selected invitations", permissions=["change"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        rows = for_user(queryset, request.user, change=True, also=self.also).filter(revoked_at=None)
        open_rows = list(rows)
        for invitation in open_rows:
            invitations.revoke(invitation, actor=actor(request), now=timezone.now())
        messages.success(request, f"{len(open_rows)} invitations revoked.")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        obj: Invitation | None = kwargs.get("obj")
        if obj is not None and is_an_open_door(obj):
            messages.warning(request, OPEN_DOOR)
        context["before_timeline"] = uses_table(obj, request.user) if obj is not None else ""
        return super().render_change_form(request, context, *args, **kwargs)


def is_an_open_door(invitation: Invitation) -> bool:
    """Nobody logs in, many devices, for ever: whoever finds the link enrolls what they like."""
    many = invitation.max_uses is None or invitation.max_uses > FEW
    endless = invitation.expires_at is None and invitation.revoked_at is None
    return not invitation.login_required and many and endless


def uses_table(invitation: Invitation, user: User | AnonymousUser) -> SafeString:
    """Who used it, with which device, when: of those enrollments that whoever looks may see."""
    rows = Enrollment.objects.filter(invitation=invitation).select_related("device").order_by("-started_at")
    shown = list(for_user(rows, user)[: SHOWN + 1])
    context = {
        "enrollments": shown[:SHOWN],
        "more": len(shown) > SHOWN,
        "shown": SHOWN,
        "invitation": invitation,
    }
    return render_to_string("admin/enrollment/uses.html", context)
