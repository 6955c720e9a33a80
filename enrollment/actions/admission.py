"""Whether a device may be enrolled at all: asked of what it says at Authenticate, before anything is written."""

from enrollment.mdm.inventory import DeviceDetails
from enrollment.models import Enrollment, FailureReason


class NotAdmitted(Exception):
    """``reason`` is what the person is told."""

    def __init__(self, reason: FailureReason) -> None:
        super().__init__(reason.label)
        self.reason = reason


def check_admitted(enrollment: Enrollment, device: DeviceDetails) -> None:
    """Raises NotAdmitted."""
    only = enrollment.invitation.only_serial_number if enrollment.invitation else ""
    if only and (device.serial_number or "").upper() != only.upper():
        raise NotAdmitted(FailureReason.WRONG_DEVICE)
