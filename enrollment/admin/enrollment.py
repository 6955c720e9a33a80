"""Enrollments: found by the reference code that a person reads out, with everything that happened."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from enrollment.admin.event import WithTimeline
from enrollment.admin.reference import FindsReference, typed_reference
from enrollment.models import Enrollment
from enrollment.models.assignment import COLUMNS
from sites_config.admin.scoped import BY_SITE
from sites_config.references import spoken


@admin.register(Enrollment)
class EnrollmentAdmin(FindsReference, WithTimeline):
    """Read only: what a person answered and a device did."""

    timeline_of = ("enrollment",)
    change_form_template = "admin/enrollment/change_form_with_timeline.html"
    list_display = (
        "code",
        "status",
        "site",
        "started_at",
        "who",
        "assigned_user_name",
        "device",
        "last_seen_at",
    )
    list_filter = ("status", BY_SITE, "started_at", "signed_in_with", "failure_reason")
    search_fields = (
        "reference",
        "signed_in_name",
        "assigned_user_name",
        "assigned_full_name",
        "device__serial_number",
        "invitation__name",
    )
    search_help_text = "Reference code, name, serial number or invitation"
    date_hierarchy = "started_at"
    list_select_related = ("site", "device", "invitation")
    ordering = ("-started_at",)
    linked = ("device", "invitation")
    readonly_fields = ("code",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "code",
                    "status",
                    "failure_reason",
                    "ownership",
                    "site",
                    "entry_site",
                    "host",
                    "language",
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
