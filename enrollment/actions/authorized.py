"""Who may enroll again a device that is registered already."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from enrollment.actions.device_changes import differences
from enrollment.models import Device, Enrollment, Event, EventKind, SignInMethod
from enrollment.models.assignment import CLAIMS
from sites_config.models import Privilege, SiteConfiguration, SitePrivilege, User
from sites_config.site_settings import SiteSettings


class NotTheirs(Exception):
    """The site keeps re-enrollment to authorized people, and this enrollment is nobody's of them."""


def check_claim(enrollment: Enrollment, udid: str) -> None:
    """Of the device that names itself so at the enrollment's site; asks nothing where nothing is restricted."""
    if SiteConfiguration.for_site(enrollment.site_id).restrict_reenrollment:
        check_authorized(enrollment, _claimed(enrollment, udid).first())


def _claimed(enrollment: Enrollment, udid: str) -> QuerySet[Device]:
    return Device.objects.filter(site_id=enrollment.site_id, udid=udid)


def check_authorized(enrollment: Enrollment, device: Device | None) -> None:
    """Raises NotTheirs. Nobody has a claim on a device that never completed an enrollment: it is free."""
    site = SiteConfiguration.for_site(enrollment.site_id)
    if not site.restrict_reenrollment or device is None or device.enrollment_id is None:
        return
    if device.user_removed_at is not None or _is_theirs(enrollment, device, site):
        return
    if not _is_staff_of(site, enrollment):
        raise NotTheirs


def note_refused(enrollment: Enrollment, udid: str, *, serial_number: str, now: datetime) -> None:
    """On the timelines of the attempt and of the device, and on the device list; call it in the transaction of the
    refusal."""
    Event.objects.create(
        site_id=enrollment.site_id,
        kind=EventKind.REENROLLMENT_REFUSED,
        at=now,
        enrollment=enrollment,
        device=_claimed(enrollment, udid).first(),
        data={"serial_number": serial_number.upper()},
    )


def _is_theirs(enrollment: Enrollment, device: Device, site: SiteSettings) -> bool:
    """By what a directory never changes; a user name can be given to somebody else."""
    if device.assignment_source in CLAIMS or not _has_user(device):
        return site.reenroll_without_user
    if (
        enrollment.signed_in_with in (SignInMethod.NONE, SignInMethod.STAFF)
        or not device.assigned_external_id
    ):
        return False
    theirs = (enrollment.signed_in_source, enrollment.signed_in_id)
    return theirs == (device.assigned_source, device.assigned_external_id)


def _has_user(device: Device) -> bool:
    return bool(device.assigned_user_name or device.assigned_full_name or device.assigned_external_id)


def _is_staff_of(site: SiteSettings, enrollment: Enrollment) -> bool:
    """With the privilege as it stands now: it may have been taken away since they logged in."""
    if enrollment.signed_in_with != SignInMethod.STAFF or enrollment.signed_in_user_id is None:
        return False
    held = SitePrivilege.objects.filter(user=enrollment.signed_in_user_id, user__is_active=True)
    return held.filter(site__in=site.lineage, privilege=Privilege.ENROLL_MOBILE_DEVICES).exists()


def remove_user(device: Device, *, actor: User | None, now: datetime) -> bool:
    """Makes the device anybody's until its next enrollment; that of now stays managed. False: it was so already."""
    free = Device.objects.filter(pk=device.pk, user_removed_at=None).exclude(enrollment=None)
    columns = dict(Device().assignment)
    with transaction.atomic():
        row = free.select_for_update(no_key=True, of=("self",)).first()
        if row is None or not free.update(user_removed_at=now, **columns):
            return False
        Event.objects.create(
            site_id=device.site_id,
            kind=EventKind.USER_REMOVED,
            at=now,
            device=device,
            actor=actor,
            data={"changed": differences(row, columns)},
        )
    return True
