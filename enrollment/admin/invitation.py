"""Invitations: made, changed, shown, sent, printed, revoked, released."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from enrollment.actions import invitations
from enrollment.actions.invitation_sending import remind
from enrollment.actions.pins import pin_of, renew_pin
from enrollment.admin.addresses import base_url
from enrollment.admin.event import WithTimeline
from enrollment.admin.file_import import WithImport
from enrollment.admin.invitation_bulk import InvitationActions
from enrollment.admin.invitation_buttons import (
    can_be_extended,
    can_be_mailed,
    can_be_reminded,
    can_be_texted,
    has_pin,
    is_open,
    may_renew_pin,
    may_see_link,
)
from enrollment.admin.invitation_form import InvitationForm
from enrollment.admin.invitation_import import InvitationImport
from enrollment.admin.invitation_state import StateFilter, so_far, state_in_words
from enrollment.admin.seen import seen_at
from enrollment.admin.story import WithStory
from enrollment.models import Channel, Invitation
from enrollment.models.invitation import LIVES
from enrollment.steps.qr_code import qr_code
from sites_config.admin.buttons import actor, button, may_change
from sites_config.admin.pages import link_page
from sites_config.admin.scoped import BY_SITE
from sites_config.admin.zones import InZoneOfSite
from sites_config.models import Privilege
from sites_config.secrets import Undecryptable

FEW = 5
ONLY_SOME_SEE_LINKS = "Its link is shown to people with the privilege “See invitation links”."
OLD_LINK = (
    "The link that it has now stops working at once: in every mail, on every card and poster. Attempts under way go "
    "on. The new link is sent to nobody by this; where the invitation itself still waits to be sent, it brings the new "
    "one."
)
REVOKED = (
    "Its link ends for good, and with it every attempt that has no certificate yet. Enrolled devices are not touched. "
    "This can't be undone."
)
SINCE = "It {} since its page was shown: this press did nothing."
OPEN_DOOR = (
    "This invitation needs no login, enrolls many devices and never ends: whoever finds its link can enroll devices. "
    "Give it an end, or let people log in."
)


@admin.register(Invitation)
class InvitationAdmin(InZoneOfSite, WithImport, WithTimeline, WithStory, InvitationActions):
    """The link is shown only on request, to those who may see it, and that leaves an event."""

    form = InvitationForm
    writable = addable = True
    also = (Privilege.MANAGE_INVITATIONS,)
    story_kind = "invitation"
    timeline_of = ("invitation", "enrollment__invitation")
    buttons = (
        "send_it", "text_it", "remind_it", "show_link", "print_it", "extend_it", "renew_link", "renew_pin", "release",
        "revoke",
    )  # fmt: skip
    change_form_template = "admin/enrollment/change_form_with_timeline.html"
    file_import = InvitationImport
    list_display = (
        "name",
        "site",
        "state",
        "email",
        "uses",
        "expires_at",
        "sent_at",
        "created_by",
        "created_at",
    )
    list_filter = (StateFilter, BY_SITE, "login_required", "expires_at", "created_at")
    search_fields = ("name", "email", "invited_by", "assigned_user_name", "assigned_full_name")
    sortable_by = ("name", "created_at")
    many_rows = True
    list_select_related = ("site", "created_by")
    ordering = ("-created_at",)
    readonly_fields = (
        "uses", "state", "created_by", "created_at", "sent_at", "sent_to", "reminded_at", "renewed_at", "started_at",
        "used_at", "revoked_at",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("site", "name", "invited_by")}),
        ("Assigned to", {"fields": ("assigned_user_name", "assigned_full_name")}),
        ("Sent to", {"fields": ("email", "phone", "language")}),
        (
            "Who may use it",
            {
                "fields": (
                    "login_required", "ask_for_agreement", "only_user_name", "only_email", "only_serial_number",
                    "with_pin",
                )
            },
        ),
        ("How long, how often", {"fields": ("not_before", "expires_at", "max_uses")}),
        (
            "So far",
            {
                "fields": (
                    "created_by", "created_at", "sent_at", "sent_to", "reminded_at", "renewed_at", "started_at",
                    "used_at", "revoked_at",
                )
            },
        ),
    )  # fmt: skip

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        first, *others, (name, so_far_) = self.fieldsets
        if obj is None:
            return (first, *others)
        hint = "" if may_see_link(self, request, obj) else ONLY_SOME_SEE_LINKS
        # State and uses first: what somebody opens the page for.
        how_far = (None, {"fields": (*first[1]["fields"], "state", "uses")})
        return (how_far, *others, (name, so_far_ | {"description": hint}))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"expires_at": timezone.now() + LIVES} | super().get_changeform_initial_data(request)

    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:  # type: ignore[override]
        changed = form.set_pin()
        if not change:
            invitations.create_invitation(invitation=obj, created_by=actor(request), now=timezone.now())
            return
        columns = [name for name in form.changed_data if name != "with_pin"]
        obj.save(update_fields=[*columns, *changed])

    @admin.display(description="uses")
    def uses(self, invitation: Invitation) -> str:
        held = f", {invitation.uses_held} in progress" if invitation.uses_held else ""
        most = "any number" if invitation.max_uses is None else invitation.max_uses
        return f"{invitation.uses_spent} of {most}{held}"

    @admin.display(description="state")
    def state(self, invitation: Invitation) -> str:
        return state_in_words(invitation)

    def response_add(
        self, request: HttpRequest, obj: Invitation, post_url_continue: str | None = None
    ) -> Any:
        """To its page, where its link is shown: that is what an invitation is made for."""
        if any(name in request.POST for name in ("_addanother", "_popup")) or not may_see_link(
            self, request, obj
        ):
            return super().response_add(request, obj, post_url_continue)
        messages.success(
            request, f"The invitation “{obj.name}” was added: “Show link” gives its link and QR code."
        )
        return redirect(self.change_url(obj))

    @button("Send by e-mail", may_change, can_be_mailed)
    def send_it(self, request: HttpRequest, invitation: Invitation) -> None:
        self.send(request, [invitation.pk])

    @button("Send as text message", may_change, can_be_texted)
    def text_it(self, request: HttpRequest, invitation: Invitation) -> None:
        self.send(request, [invitation.pk], Channel.SMS)

    @button("Remind", may_change, can_be_reminded)
    def remind_it(self, request: HttpRequest, invitation: Invitation) -> None:
        """One alone also on the day of the last reminder."""
        who, now, seen = actor(request), timezone.now(), seen_at(request)
        self.say(request, lambda: remind([invitation], again=True, actor=who, now=now, seen=seen))

    @button("Show link", may_see_link)
    def show_link(self, request: HttpRequest, invitation: Invitation) -> HttpResponse | None:
        try:
            token = invitations.show_link(invitation, actor=actor(request), now=timezone.now())
            pin = pin_of(invitation)
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
            pin=pin,
            qr=qr_code(link),
            back=self.after_press(request, invitation),
        )

    @button("Print", may_see_link, is_open)
    def print_it(self, request: HttpRequest, invitation: Invitation) -> HttpResponse | None:
        return self.on_paper(request, [invitation])

    @button("Extend a week", may_change, can_be_extended)
    def extend_it(self, request: HttpRequest, invitation: Invitation) -> None:
        if self.extended(request, invitation):
            messages.success(request, "The invitation is valid for a week more.")
        else:
            messages.info(request, SINCE.format("was extended"))

    @button("Replace the link", may_change, is_open, ends=OLD_LINK)
    def renew_link(self, request: HttpRequest, invitation: Invitation) -> None:
        who, now = actor(request), timezone.now()
        if invitations.renew(invitation, actor=who, now=now, why="asked for", seen=seen_at(request)):
            messages.success(request, "The invitation has a new link; the old one no longer works.")
        else:
            messages.info(request, SINCE.format("got a new link"))

    @button("New PIN", may_renew_pin, has_pin)
    def renew_pin(self, request: HttpRequest, invitation: Invitation) -> HttpResponse | None:
        pin = renew_pin(invitation, actor=actor(request), now=timezone.now(), seen=seen_at(request))
        if not pin:
            messages.info(request, f"{SINCE.format('got a new PIN')} “Show link” shows it.")
            return None
        return link_page(
            self,
            request,
            title=f"New PIN of the invitation “{invitation.name}”",
            words="The earlier PIN no longer works. The link stays the same.",
            pin=pin,
            back=self.change_url(invitation),
        )

    @button("Release held uses", may_change, is_open)
    def release(self, request: HttpRequest, invitation: Invitation) -> None:
        released = invitations.release(invitation, actor=actor(request), now=timezone.now())
        if released:
            messages.success(request, f"{released} use{'s' if released > 1 else ''} released.")
        else:
            messages.success(request, "No use was held without a certificate.")

    @button("Revoke the invitation", may_change, is_open, ends=REVOKED)
    def revoke(self, request: HttpRequest, invitation: Invitation) -> None:
        invitations.revoke(invitation, actor=actor(request), now=timezone.now())
        messages.success(
            request, "The invitation is revoked, and with it every attempt without a certificate."
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        obj: Invitation | None = kwargs.get("obj")
        if obj is not None and is_an_open_door(obj):
            messages.warning(request, OPEN_DOOR)
        context["before_timeline"] = so_far(obj, request.user, also=self.also) if obj is not None else ""
        return super().render_change_form(request, context, *args, **kwargs)


def is_an_open_door(invitation: Invitation) -> bool:
    """Nobody logs in, many devices, for ever: whoever finds the link enrolls what they like."""
    many = invitation.max_uses is None or invitation.max_uses > FEW
    endless = invitation.expires_at is None and invitation.revoked_at is None
    return not invitation.login_required and many and endless
