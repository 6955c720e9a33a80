"""What a device's check-in changes: Authenticate, TokenUpdate, CheckOut."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Q, Subquery

from enrollment.actions import uses
from enrollment.actions.admission import NotAdmitted, check_admitted, note_turned_away
from enrollment.actions.authorized import NotTheirs, check_authorized, check_claim, note_refused
from enrollment.actions.device_list import assignment_of
from enrollment.actions.endings import fail
from enrollment.actions.moves import MoveRefused, move
from enrollment.actions.reenrollment import clear_history
from enrollment.mdm.check_in import Authenticate, CheckOut, TokenUpdate
from enrollment.mdm.inventory import DeviceDetails
from enrollment.models import (
    Certificate,
    Command,
    Device,
    Enrollment,
    FailureReason,
    Status,
)
from enrollment.models.command import OPEN_STATES
from sites_config.secrets import encrypt

# From Authenticate on a certificate speaks for one UDID.
BOUND = (Status.AUTHENTICATED, Status.ENROLLED, Status.SUPERSEDED, Status.CHECKED_OUT)


class CheckInRefused(Exception):
    """The message doesn't fit its certificate; the text is for the timeline."""


def certificate_with(fingerprint: bytes) -> Certificate | None:
    """The certificate with everything a check-in needs: one query."""
    rows = Certificate.objects.select_related(
        "authority", "enrollment__invitation", "enrollment__device__enrollment"
    )
    return rows.filter(sha256=fingerprint).first()


def authenticate(certificate: Certificate, message: Authenticate, *, now: datetime) -> None:
    """Binds the claimed UDID to the enrollment. Nothing of an earlier enrollment changes yet."""
    enrollment = certificate.enrollment
    check_identity(certificate, message.udid, message.topic)
    if enrollment.status in (Status.AUTHENTICATED, Status.ENROLLED):
        return _authenticate_again(enrollment, message, now)
    details = DeviceDetails.from_authenticate(message)
    try:
        with transaction.atomic():
            check_admitted(enrollment, details, udid=message.udid, now=now)
            check_claim(enrollment, message.udid)
            _know_device(enrollment, message.udid, now)
            move(
                enrollment,
                Status.AUTHENTICATED,
                now=now,
                condition=Q(_unrevoked(certificate), idle_until__gt=now),
                columns={
                    "device_id": _device_of(enrollment, message.udid),
                    "claimed": _told(details),
                    "authenticated_at": now,
                    "last_seen_at": now,
                },
            )
    except NotTheirs:
        _refuse(certificate, message.udid, details.serial_number or "", now)
    except NotAdmitted as refused:
        _turn_away(certificate, details, refused.reason, message.udid, now)
    except MoveRefused:
        if not _reached_meanwhile(certificate, message.udid, Status.AUTHENTICATED, Status.ENROLLED):
            raise CheckInRefused(f"Authenticate while {enrollment.status}, or too late") from None


def _refuse(certificate: Certificate, udid: str, serial_number: str, now: datetime) -> None:
    """Ends an attempt on a device that is somebody else's; the device is told no more than of any other refusal."""
    enrollment = certificate.enrollment
    enrollment.refresh_from_db(fields=["status", "failure_reason", "invitation_use"])
    with transaction.atomic():
        # A certificate that was replaced meanwhile ends nothing of what came after it.
        if fail(enrollment, FailureReason.NOT_THEIRS, now=now, condition=Q(_unrevoked(certificate))):
            note_refused(enrollment, udid, serial_number=serial_number, now=now)
    raise CheckInRefused("the device is registered, and not to this person")


def _turn_away(
    certificate: Certificate, device: DeviceDetails, reason: FailureReason, udid: str, now: datetime
) -> None:
    """Ends the attempt and gives the invitation's use back, for the device that it is meant for."""
    enrollment = certificate.enrollment
    enrollment.refresh_from_db(fields=["status", "failure_reason", "invitation_use"])
    with transaction.atomic():
        if fail(enrollment, reason, now=now, condition=Q(_unrevoked(certificate))):
            uses.take_back(enrollment)
            note_turned_away(enrollment, device, reason, udid=udid, now=now)
    raise CheckInRefused(reason.label)


def _unrevoked(certificate: Certificate) -> Exists:
    # Exists, because with a join the whole condition would move into a subquery, and PostgreSQL doesn't ask
    # a subquery again when it had to wait for another transaction.
    return Exists(Certificate.objects.filter(pk=certificate.pk, revoked_at=None))


def _reached_meanwhile(certificate: Certificate, udid: str, *statuses: Status) -> bool:
    """The same message came a moment earlier in another process."""
    rows = Certificate.objects.filter(pk=certificate.pk, revoked_at=None)
    return rows.filter(enrollment__status__in=statuses, enrollment__device__udid=udid).exists()


def _authenticate_again(enrollment: Enrollment, message: Authenticate, now: datetime) -> None:
    """A repeated message, or a device that begins anew with the same identity: nothing of before is good any more."""
    Enrollment.objects.filter(pk=enrollment.pk).update(
        claimed=_told(DeviceDetails.from_authenticate(message)),
        push_token_encrypted=None,
        push_magic_encrypted=None,
        unlock_token_encrypted=None,
        inventory_queued_at=None,
        last_seen_at=now,
    )
    Command.objects.filter(enrollment=enrollment, state__in=OPEN_STATES).delete()


def _know_device(enrollment: Enrollment, udid: str, now: datetime) -> None:
    """A row of this UDID, left as it is when there is one: the claim proves nothing before the first TokenUpdate."""
    device = Device(site_id=enrollment.site_id, udid=udid, first_seen_at=now, last_seen_at=now)
    Device.objects.bulk_create([device], ignore_conflicts=True)


def _device_of(enrollment: Enrollment, udid: str) -> Subquery:
    return Subquery(Device.objects.filter(site_id=enrollment.site_id, udid=udid).values("pk")[:1])


def token_update(certificate: Certificate, message: TokenUpdate, *, now: datetime) -> None:
    """Stores the push data; the first one completes the enrollment and supersedes an earlier one of the device."""
    enrollment = certificate.enrollment
    check_identity(certificate, message.udid, message.topic)
    if message.user_channel:
        return
    push = _push(message) | {"last_seen_at": now}
    if enrollment.status == Status.ENROLLED:
        Enrollment.objects.filter(pk=enrollment.pk).update(**push)
        return
    try:
        with transaction.atomic():
            columns = push | {"enrolled_at": now}
            move(enrollment, Status.ENROLLED, now=now, condition=Q(ends_at__gt=now), columns=columns)
            _take_over(enrollment, now)
    except NotTheirs:  # somebody else's since its Authenticate
        said = str(enrollment.claimed.get("serial_number", ""))
        _refuse(certificate, message.udid, said, now)
    except MoveRefused:
        if not _reached_meanwhile(certificate, message.udid, Status.ENROLLED):
            raise CheckInRefused(f"TokenUpdate while {enrollment.status}, or too late") from None


def _push(message: TokenUpdate) -> dict[str, object]:
    push: dict[str, object] = {
        "push_token_encrypted": encrypt(message.token),
        "push_magic_encrypted": encrypt(message.push_magic.encode()),
    }
    if message.unlock_token:  # its absence must not erase an earlier one
        push["unlock_token_encrypted"] = encrypt(message.unlock_token)
    return push


def _take_over(enrollment: Enrollment, now: datetime) -> None:
    """Makes this the device's current enrollment; the one before it is superseded in the same transaction."""
    device = enrollment.device
    if device is None:
        raise MoveRefused("no device")
    # User and location come from the new enrollment only, and so does everything the device said of itself.
    columns = (
        UNKNOWN
        | {column: enrollment.claimed.get(name, "") for name, column in CLAIMS.items()}
        | {
            "enrollment": enrollment,
            "ownership": enrollment.ownership,
            **assignment_of(enrollment),
            "user_removed_at": None,
            "stands_at": None,
            "last_seen_at": now,
        }
    )
    # Conditional, because two new enrollments may claim one device at the same moment.
    check_authorized(enrollment, device)
    while not Device.objects.filter(pk=device.pk, enrollment=device.enrollment).update(**columns):
        device.refresh_from_db()
        check_authorized(enrollment, device)
    if device.enrollment is not None and device.enrollment_id != enrollment.pk:
        _supersede(device.enrollment, now)
        clear_history(enrollment, device)


# What Authenticate tells, and where the device row keeps it.
CLAIMS = {
    "device_name": "name",
    "model": "model",
    "model_name": "model_name",
    "product_name": "product_name",
    "os_version": "os_version",
    "build_version": "build_version",
    "serial_number": "serial_number",
    "imei": "imei",
}


# What the inventory tells later: that of an earlier enrollment is no longer true of this one.
UNKNOWN: dict[str, object] = {
    "wifi_mac": "",
    "is_supervised": None,
    "passcode_present": None,
    "capacity_gb": None,
    "battery_level": None,
    "profiles": [],
}


def _told(details: DeviceDetails) -> dict[str, str]:
    return {name: value for name, value in asdict(details).items() if name in CLAIMS and value}


def _supersede(earlier: Enrollment, now: datetime) -> None:
    try:
        with transaction.atomic():
            move(earlier, Status.SUPERSEDED, now=now, why="the device enrolled again")
    except MoveRefused:  # it had checked out
        return


def check_out(certificate: Certificate, message: CheckOut, *, now: datetime) -> None:
    """The profile was removed. Repeating it changes nothing, and a revoked certificate ends nothing that came after."""
    enrollment = certificate.enrollment
    check_identity(certificate, message.udid, message.topic)
    if certificate.revoked_at is not None:
        return
    if enrollment.status == Status.ENROLLED:
        try:
            with transaction.atomic():
                move(enrollment, Status.CHECKED_OUT, now=now, columns={"last_seen_at": now})
                Certificate.objects.filter(pk=certificate.pk).update(revoked_at=now)
        except MoveRefused:
            return
    elif enrollment.status in (Status.CERTIFICATE_ISSUED, Status.AUTHENTICATED):
        fail(enrollment, FailureReason.PROFILE_REMOVED, now=now)


def check_identity(certificate: Certificate, udid: str, topic: str | None = None) -> None:
    """Raises CheckInRefused unless the device speaks for itself: its own topic, the UDID it authenticated with."""
    enrollment = certificate.enrollment
    if topic is not None and topic != enrollment.topic:
        raise CheckInRefused("another topic than the profile's")
    if enrollment.status in BOUND and enrollment.device is not None and enrollment.device.udid != udid:
        raise CheckInRefused("another UDID than the certificate's")
