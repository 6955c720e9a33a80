"""Devices, as they described themselves, with their enrollments."""

from django.contrib import admin, messages
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils import timezone

from enrollment.actions.authorized import remove_user
from enrollment.actions.device_changes import mark_found, mark_lost
from enrollment.actions.device_list import listed
from enrollment.admin.device_bulk import DeviceActions
from enrollment.admin.device_sight import SeenWhereItStands
from enrollment.admin.event import WithTimeline
from enrollment.admin.reference import FindsReference
from enrollment.admin.story import WithStory
from enrollment.models import Device, Enrollment
from enrollment.models.assignment import COLUMNS
from sites_config.admin.buttons import actor, button
from sites_config.admin.filters import Conditions
from sites_config.admin.scoped import BY_SITE, OwnSitesFilter, ScopedTabularInline
from sites_config.admin.scoping import reach_of
from sites_config.models import Privilege, SiteConfiguration
from sites_config.references import spoken


class EnrollmentsInline(ScopedTabularInline):
    """Earlier enrollments stay as the device's history."""

    model = Enrollment
    fk_name = "device"
    verbose_name_plural = "enrollments"
    fields = ("code", "status", "started_at", "enrolled_at", "assigned_user_name", "last_seen_at")
    readonly_fields = ("code",)
    ordering = ("-started_at",)
    show_change_link = True

    @admin.display(description="reference")
    def code(self, enrollment: Enrollment) -> str:
        return spoken(enrollment.reference)


def _may_help(admin_: "DeviceAdmin", request: HttpRequest, device: Device) -> bool:
    reach = reach_of(request.user)
    return reach.everything or device.site_id in reach.changing((Privilege.HELP_PEOPLE,))


def _is_kept(device: Device) -> bool:
    return device.enrollment_id is not None and device.user_removed_at is None


def _is_lost(device: Device) -> bool:
    return device.lost_at is not None


def _is_there(device: Device) -> bool:
    return device.lost_at is None


class LostFilter(Conditions):
    title = "lost"
    parameter_name = "lost"
    conditions = {
        "yes": ("Lost", Q(lost_at__isnull=False)),
        "seen": ("Lost, and seen since", Q(lost_at__isnull=False, last_seen_at__gt=F("lost_at"))),
        "no": ("Not lost", Q(lost_at=None)),
    }


class KindFilter(Conditions):
    title = "kind"
    parameter_name = "kind"
    conditions = {kind: (kind, Q(model_name__startswith=kind)) for kind in ("iPad", "iPhone")}


@admin.register(Device)
class DeviceAdmin(SeenWhereItStands, FindsReference, WithTimeline, WithStory, DeviceActions):
    """Read only: the words of the device itself. A button lets somebody else enroll it; others mark it as lost."""

    also = (Privilege.HELP_PEOPLE,)
    story_kind = "device"
    buttons = ("remove_user", "lost", "found")
    timeline_of = ("device", "enrollment__device")
    change_form_template = "admin/enrollment/change_form_with_timeline.html"
    list_display = (
        "__str__",
        "model_name",
        "serial_number",
        "assigned_user_name",
        "site",
        "stands_at",
        "ownership",
        "method",
        "status",
        "last_seen_at",
        "lost_at",
    )
    list_filter = (
        BY_SITE,
        ("stands_at", OwnSitesFilter),
        "enrollment__status",
        LostFilter,
        KindFilter,
        "ownership",
        "assignment_source",
        "last_seen_at",
    )
    search_fields = (
        "^serial_number",
        "^udid",
        "name",
        "assigned_user_name",
        "assigned_full_name",
        "assigned_email",
        "enrollment__=reference",
    )
    search_help_text = (
        "Beginning of a serial number or UDID, reference code, name of the device, its user or their e-mail"
    )
    sortable_by = ("serial_number", "assigned_user_name", "last_seen_at")
    many_rows = True
    list_select_related = ("site", "stands_at", "enrollment__invitation")
    ordering = ("-last_seen_at",)
    inlines = (EnrollmentsInline,)
    readonly_fields = ("asset_tag",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "name",
                    "model_name",
                    "model",
                    "product_name",
                    "serial_number",
                    "asset_tag",
                    "udid",
                    "imei",
                    "wifi_mac",
                )
            },
        ),
        ("Assigned to", {"fields": COLUMNS}),
        (
            "Management",
            {
                "fields": (
                    "site",
                    "stands_at",
                    "ownership",
                    "method",
                    "enrollment",
                    "user_removed_at",
                    "lost_at",
                    "lost_by",
                    "first_seen_at",
                    "last_seen_at",
                )
            },
        ),
        (
            "State",
            {
                "fields": (
                    "os_version",
                    "build_version",
                    "is_supervised",
                    "passcode_present",
                    "capacity_gb",
                    "battery_level",
                    "profiles",
                )
            },
        ),
    )

    @button("Remove the user", _may_help, _is_kept)
    def remove_user(self, request: HttpRequest, device: Device) -> None:
        if remove_user(device, actor=actor(request), now=timezone.now()):
            messages.success(
                request, "It has no user now. Anyone who may enroll here may enroll it again, once."
            )
        else:
            messages.error(request, "Somebody removed its user a moment ago.")

    @button("Mark as lost", _may_help, _is_there)
    def lost(self, request: HttpRequest, device: Device) -> None:
        mark_lost([device.pk], actor=actor(request), now=timezone.now())
        messages.success(request, "It is marked as lost. The device is told nothing.")

    @button("Mark as found", _may_help, _is_lost)
    def found(self, request: HttpRequest, device: Device) -> None:
        mark_found([device.pk], actor=actor(request), now=timezone.now())
        messages.success(request, "It is lost no longer.")

    @admin.display(description="asset tag", empty_value="-")
    def asset_tag(self, device: Device) -> str:
        """Of the device list, for the serial number that the device claims."""
        row = listed(SiteConfiguration.for_site(device.site_id), device.serial_number)
        return row.asset_tag if row else ""

    @admin.display(description="enrolled by")
    def method(self, device: Device) -> str:
        """As Jamf Pro's enrollment method: by an invitation, or by whoever signed in."""
        enrollment = device.enrollment
        if enrollment is None or not getattr(device, "seen_whole", True):
            return ""
        invitation = f"invitation “{enrollment.invitation.name}”" if enrollment.invitation else ""
        return ", ".join(filter(None, (enrollment.signed_in_name, invitation)))

    @admin.display(description="status", ordering="enrollment__status")
    def status(self, device: Device) -> str:
        return device.enrollment.get_status_display() if device.enrollment else ""
