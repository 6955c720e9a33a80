"""Commands: queued for an enrollment, handed out until answered."""

import uuid
from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from enrollment.mdm.command import inventory_commands
from enrollment.mdm.inventory import DeviceDetails, installed_profiles
from enrollment.mdm.report import Report
from enrollment.mdm.report import Status as ReportStatus
from enrollment.models import Command, CommandState, Device, Enrollment
from enrollment.models.command import OPEN_STATES

_STATE_AFTER = {
    ReportStatus.ACKNOWLEDGED: CommandState.ACKNOWLEDGED,
    ReportStatus.ERROR: CommandState.ERROR,
    ReportStatus.COMMAND_FORMAT_ERROR: CommandState.FORMAT_ERROR,
    ReportStatus.NOT_NOW: CommandState.NOT_NOW,
}
# DeviceDetails of an answer, and the device's columns.
_COLUMNS = {
    "device_name": "name",
    "os_version": "os_version",
    "build_version": "build_version",
    "model": "model",
    "model_name": "model_name",
    "product_name": "product_name",
    "serial_number": "serial_number",
    "imei": "imei",
    "wifi_mac": "wifi_mac",
    "is_supervised": "is_supervised",
    "device_capacity": "capacity_gb",
    "battery_level": "battery_level",
    "passcode_present": "passcode_present",
}


def take_report(enrollment: Enrollment, report: Report, *, now: datetime) -> Command | None:
    """Stores the answer to an open command of this enrollment and gives the next command, None when there is none."""
    waiting = _first_commands(enrollment, now) or _open(enrollment)
    answered = _answered(waiting, report)
    if answered is not None:
        _store(answered, report, now)
    _seen(enrollment, _columns(answered, report), now)
    return _next([command for command in waiting if command is not answered], report)


def _open(enrollment: Enrollment) -> list[Command]:
    return list(Command.objects.filter(enrollment=enrollment, state__in=OPEN_STATES).order_by("pk")[:50])


def _first_commands(enrollment: Enrollment, now: datetime) -> list[Command]:
    """The inventory, queued once after the first TokenUpdate; the conditional UPDATE decides between two processes."""
    if enrollment.inventory_queued_at is not None:
        return []
    with transaction.atomic():
        rows = Enrollment.objects.filter(pk=enrollment.pk, inventory_queued_at=None)
        if not rows.update(inventory_queued_at=now):
            return []
        return Command.objects.bulk_create(
            Command(
                site_id=enrollment.site_id,
                enrollment=enrollment,
                uuid=uuid.uuid4(),
                request_type=request_type,
                arguments=dict(arguments),
                queued_at=now,
            )
            for request_type, arguments in inventory_commands()
        )


def _answered(waiting: list[Command], report: Report) -> Command | None:
    if report.status == ReportStatus.IDLE or report.command_uuid is None:
        return None
    wanted = report.command_uuid.lower()
    return next((command for command in waiting if str(command.uuid) == wanted), None)


def _store(command: Command, report: Report, now: datetime) -> None:
    state = _STATE_AFTER[report.status]
    error = "; ".join(f"{item.domain} {item.code} {item.description}" for item in report.error_chain)
    Command.objects.filter(pk=command.pk, state__in=OPEN_STATES).update(
        state=state, error=error[:300], answered_at=None if state == CommandState.NOT_NOW else now
    )


def _next(waiting: list[Command], report: Report) -> Command | None:
    """After NotNow, and until a fresh Idle, what the device put off stays in the queue."""
    if report.status == ReportStatus.NOT_NOW:
        return None
    fresh = report.status == ReportStatus.IDLE
    return next((command for command in waiting if fresh or command.state == CommandState.QUEUED), None)


def _columns(command: Command | None, report: Report) -> dict[str, object]:
    if command is None or report.status != ReportStatus.ACKNOWLEDGED:
        return {}
    if command.request_type == "ProfileList":
        return {"profiles": [asdict(profile) for profile in installed_profiles(report.response)]}
    known = _details(command.request_type, report).known()
    return {_COLUMNS[name]: value for name, value in known.items() if name in _COLUMNS}


def _details(request_type: str, report: Report) -> DeviceDetails:
    if request_type == "DeviceInformation":
        return DeviceDetails.from_device_information(report.response)
    if request_type == "SecurityInfo":
        return DeviceDetails.from_security_info(report.response)
    return DeviceDetails()


def _seen(enrollment: Enrollment, columns: dict[str, object], now: datetime) -> None:
    # The enrollment's own device only: a later one may have taken it over since this was read.
    own = Device.objects.filter(pk=enrollment.device_id or 0, enrollment=enrollment)
    own.update(last_seen_at=now, **columns)
