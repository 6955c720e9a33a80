"""Enrollments: found by the reference code that a person reads out, with everything that happened."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from enrollment.actions.endings import cancel, cancel_many, release
from enrollment.actions.hand_overs import HandOverGone, offer_by_staff
from enrollment.admin.addresses import entry_url
from enrollment.admin.bulk import BulkAdmin
from enrollment.admin.event import WithTimeline
from enrollment.admin.exports import enrollment_table
from enrollment.admin.reference import FindsReference, typed_reference
from enrollment.admin.screens import ScreenFilter, screen_of, with_grants
from enrollment.admin.seen import WithSeen, seen_at
from enrollment.admin.story import WithStory
from enrollment.models import Enrollment, InvitationUse
from enrollment.models.assignment import COLUMNS
from enrollment.models.moves import OPEN, UNDER_WAY
from enrollment.steps.qr_code import qr_code
from sites_config.admin.buttons import actor, button
from sites_config.admin.pages import link_page
from sites_config.admin.scoped import BY_SITE
from sites_config.admin.scoping import reach_of
from sites_config.models import Privilege
from sites_config.references import spoken

NEW_LINK = (
    "It works once, for ten minutes, in Safari on the device. Answers come along; whoever logged in does so again. "
    "In the browser where it was begun it ends."
)

EXPIRE = (
    "Attempts that are under way end: their profiles are withdrawn, certificates of theirs revoked, held uses "
    "returned. Enrolled devices are not touched."
)
CANCELLED = (
    "The attempt ends: its profile is withdrawn, a certificate that it got is revoked, a held use goes back to the "
    "invitation. Whoever is on the way has to begin again."
)
EXPORT = "One row an enrollment: who, when, by what, how far. The file holds personal data."


def _may_help(admin_: "EnrollmentAdmin", request: HttpRequest, enrollment: Enrollment) -> bool:
    reach = reach_of(request.user)
    return reach.everything or enrollment.site_id in reach.changing((Privilege.HELP_PEOPLE,))


def _under_way(enrollment: Enrollment) -> bool:
    return enrollment.status in UNDER_WAY


def _holds_a_use(enrollment: Enrollment) -> bool:
    return enrollment.invitation_use == InvitationUse.HELD and enrollment.status in OPEN


def _can_go_on(enrollment: Enrollment) -> bool:
    return enrollment.status in OPEN and not enrollment.lapsed(timezone.now())


@admin.register(Enrollment)
class EnrollmentAdmin(FindsReference, WithTimeline, WithStory, WithSeen, BulkAdmin):
    """What a person answered and a device did: nothing of it is changed here. The buttons help who is stuck."""

    also = (Privilege.HELP_PEOPLE,)
    story_kind = "enrollment"
    actions = ("end_selected", "export")
    buttons = ("new_link", "release", "cancel")
    timeline_of = ("enrollment",)
    timeline_first = True
    change_form_template = "admin/enrollment/change_form_with_timeline.html"
    list_display = (
        "code",
        "status",
        "screen",
        "site",
        "started_at",
        "who",
        "device",
    )
    list_filter = ("status", ScreenFilter, BY_SITE, "started_at", "signed_in_with", "failure_reason")
    search_fields = (
        "=reference",
        "signed_in_name",
        "assigned_user_name",
        "assigned_full_name",
        "device__^serial_number",
        "invitation__name",
    )
    search_help_text = "Reference code, name, invitation, beginning of a serial number"
    sortable_by = ("started_at",)
    many_rows = True
    list_select_related = ("site", "device", "invitation", "signed_in_user", "profile")
    ordering = ("-started_at",)
    linked = ("device", "invitation", "enrolled_at", "idle_until", "ends_at")
    readonly_fields = ("code", "screen")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "code",
                    "status",
                    "screen",
                    "failure_reason",
                    "ownership",
                    "site",
                    "entry_site",
                    "host",
                    "language",
                    "browser",
                )
            },
        ),
        (
            "When",
            {
                "fields": (
                    "started_at",
                    "idle_until",
                    "ends_at",
                    "authenticated_at",
                    "enrolled_at",
                    "last_seen_at",
                )
            },
        ),
        (
            "Who",
            {"fields": ("invitation", "invitation_use", "signed_in_with", "signed_in_name", "signed_in_at")},
        ),
        ("Assigned to", {"fields": COLUMNS}),
        ("Device", {"fields": ("device", "claimed", "authority", "topic")}),
        ("Answers", {"fields": ("answers",)}),
    )

    @admin.display(description="reference", ordering="reference")
    def code(self, enrollment: Enrollment) -> str:
        return spoken(enrollment.reference)

    @admin.display(description="screen")
    def screen(self, enrollment: Enrollment) -> str:
        """What is asked of the person now; "" where nothing is."""
        return screen_of(enrollment)

    @button("Go on in another browser", _may_help, _can_go_on)
    def new_link(self, request: HttpRequest, enrollment: Enrollment) -> HttpResponse | None:
        try:
            who, now = actor(request), timezone.now()
            token = offer_by_staff(enrollment, actor=who, now=now, seen=seen_at(request))
        except HandOverGone:
            messages.error(request, "It went on in another browser a moment ago: see its timeline.")
            return None
        link = f"{entry_url(request, enrollment.entry_site_id)}/h/{token}"
        return link_page(
            self,
            request,
            title=f"Link to go on with {spoken(enrollment.reference)}",
            words=NEW_LINK,
            link=link,
            qr=qr_code(link),
            back=self.after_press(request, enrollment),
        )

    @button("Release its use", _may_help, _holds_a_use)
    def release(self, request: HttpRequest, enrollment: Enrollment) -> None:
        if release(enrollment, actor=actor(request), now=timezone.now()):
            messages.success(request, "The invitation has its use back, and this attempt is over.")
        else:
            messages.error(request, "It got a certificate a moment ago: the use is spent.")

    @button("Cancel the attempt", _may_help, _under_way, ends=CANCELLED)
    def cancel(self, request: HttpRequest, enrollment: Enrollment) -> None:
        if cancel(enrollment, actor=actor(request), now=timezone.now()):
            messages.success(request, "Cancelled: whatever the device got of it counts for nothing now.")
        else:
            messages.error(request, "It moved on a moment ago: see its timeline.")

    @admin.action(description="Expire those under way", permissions=["help"])
    def end_selected(self, request: HttpRequest, queryset: QuerySet[Enrollment]) -> HttpResponse | None:
        def apply(keys: Sequence[int], typed: dict[str, Any]) -> str:
            number = cancel_many(keys, actor=actor(request), now=timezone.now())
            return f"{number} ended. {len(keys) - number} had moved on a moment ago."

        rows = queryset.filter(status__in=UNDER_WAY)
        return self.confirmed(request, rows, apply, words=EXPIRE, also=self.also)

    @admin.action(description="Export as CSV", permissions=["read"])
    def export(self, request: HttpRequest, queryset: QuerySet[Enrollment]) -> HttpResponseBase:
        return self.exported(request, queryset, enrollment_table, words=EXPORT)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrollment]:
        return with_grants(super().get_queryset(request))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """When an attempt lapses is of interest only before it is enrolled or over."""
        if obj is None or _under_way(obj):
            return self.fieldsets
        return [
            (name, {"fields": [each for each in content["fields"] if each not in ("idle_until", "ends_at")]})
            for name, content in self.fieldsets
        ]

    @admin.display(description="by", ordering="signed_in_name")
    def who(self, enrollment: Enrollment) -> str:
        return enrollment.signed_in_name or (enrollment.invitation.name if enrollment.invitation else "")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A whole reference code opens its timeline at once."""
        reference = typed_reference(request.GET.get("q", ""))
        found = list(self.get_queryset(request).filter(reference=reference)[:2]) if reference else []
        if len(found) == 1:
            return HttpResponseRedirect(reverse("admin:enrollment_enrollment_change", args=[found[0].pk]))
        return super().changelist_view(request, extra_context)
