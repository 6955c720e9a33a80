"""Whether a device may be enrolled at all: asked of what it says at Authenticate, before anything is written.

Everything that it says is a claim, so these rules only refuse: none of them lets anybody in.
"""

from datetime import datetime

from django.db.models import Exists, Q, Value

from enrollment.actions.device_list import rows_about
from enrollment.mdm.inventory import DeviceDetails
from enrollment.mdm.os_version import is_older
from enrollment.models import (
    Device,
    Enrollment,
    Event,
    EventKind,
    FailureReason,
    Status,
)
from enrollment.models.assignment import CLAIMS
from sites_config.models import SiteConfiguration
from sites_config.site_settings import SiteSettings, belonging_to


class NotAdmitted(Exception):
    """``reason`` is what the person is told."""

    def __init__(self, reason: FailureReason) -> None:
        super().__init__(reason.label)
        self.reason = reason


def check_admitted(enrollment: Enrollment, device: DeviceDetails, *, udid: str, now: datetime) -> None:
    """Raises NotAdmitted. Call it in the transaction that lets the device in: a quota is counted under a lock.

    Asks nothing at sites without these rules, and two queries where all of them count.
    """
    site = SiteConfiguration.for_site(enrollment.site_id)
    _check_invitation(enrollment, device)
    _check_os(site, device)
    person = _person(enrollment) if site.devices_per_person else None
    if site.only_listed_devices or person is not None:
        _check_list(site, device, in_turn=person is not None)
    if person is not None:
        _check_quota(site, enrollment, person, udid, now)


def note_turned_away(
    enrollment: Enrollment, device: DeviceDetails, reason: FailureReason, *, udid: str, now: datetime
) -> None:
    """On the timelines of the attempt and of the device; the device list shows it too."""
    Event.objects.create(
        site_id=enrollment.site_id,
        kind=EventKind.DEVICE_REFUSED,
        at=now,
        enrollment=enrollment,
        device=Device.objects.filter(site_id=enrollment.site_id, udid=udid).first(),
        data={"serial_number": (device.serial_number or "").upper(), "why": reason},
    )


def _check_invitation(enrollment: Enrollment, device: DeviceDetails) -> None:
    only = enrollment.invitation.only_serial_number if enrollment.invitation else ""
    if only and (device.serial_number or "").upper() != only.upper():
        raise NotAdmitted(FailureReason.WRONG_DEVICE)


def _check_os(site: SiteSettings, device: DeviceDetails) -> None:
    """A device that doesn't say its version passes."""
    if is_older(device.os_version or "", site.minimum_os):
        raise NotAdmitted(FailureReason.OS_TOO_OLD)


def _check_list(site: SiteSettings, device: DeviceDetails, *, in_turn: bool) -> None:
    """``in_turn``: waits until another device of the institution that is being let in is in, and can be counted."""
    rows = SiteConfiguration.objects.filter(site=site.lineage[-1])
    if in_turn:
        rows = rows.select_for_update(no_key=True)
    serial_number = device.serial_number or ""
    on_list = Exists(rows_about(site, serial_number)) if site.only_listed_devices else Value(True)
    if not rows.annotate(on_list=on_list).values_list("on_list", flat=True).get():
        raise NotAdmitted(FailureReason.NOT_LISTED)


def _check_quota(site: SiteSettings, enrollment: Enrollment, person: Q, udid: str, now: datetime) -> None:
    """The device itself doesn't count: it is enrolled again."""
    sites = _where_known(site, enrollment)
    enrolled = Device.objects.filter(person, site__in=sites, enrollment__status=Status.ENROLLED)
    coming = Enrollment.objects.filter(person, site__in=sites, status=Status.AUTHENTICATED, ends_at__gt=now)
    others = enrolled.exclude(udid=udid).values_list("udid")
    others = others.union(coming.exclude(device__udid=udid).values_list("device__udid"))
    if others.count() >= (site.devices_per_person or 0):
        raise NotAdmitted(FailureReason.TOO_MANY_DEVICES)


def _person(enrollment: Enrollment) -> Q | None:
    """Of rows of whom the enrollment is for, by what a directory never changes, else by name. None for nobody, and for
    what is only claimed."""
    if not enrollment.assignment_source or enrollment.assignment_source in CLAIMS:
        return None
    vouched = ~Q(assignment_source__in=CLAIMS)
    source, number = enrollment.assigned_source, enrollment.assigned_external_id
    if number:
        return vouched & Q(assigned_source=source, assigned_external_id=number)
    name = enrollment.assigned_user_name
    return vouched & Q(assigned_user_name__iexact=name) if name else None


def _where_known(site: SiteSettings, enrollment: Enrollment) -> frozenset[int]:
    """An entry of a directory is one person at all sites of the institution; a name alone may be another at the next
    school."""
    if enrollment.assigned_external_id:
        return belonging_to(site.lineage[-1])
    return belonging_to(site.site_id) | frozenset(site.lineage)
