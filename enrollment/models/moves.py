"""How far an enrollment's device is, and the moves that are allowed."""

from collections.abc import Mapping

from django.db import models


class Status(models.TextChoices):
    """Stored on the enrollment; where the *person* is, is derived from the answers instead."""

    STARTED = "started", "Started"
    PROFILE_ISSUED = "profile-issued", "Profile issued"
    CERTIFICATE_ISSUED = "certificate-issued", "Certificate issued"
    AUTHENTICATED = "authenticated", "Device checked in"
    ENROLLED = "enrolled", "Enrolled"
    SUPERSEDED = "superseded", "Superseded by a later enrollment"
    CHECKED_OUT = "checked-out", "Checked out"
    EXPIRED = "expired", "Expired"
    FAILED = "failed", "Failed"
    INSTRUCTED = "instructed", "Instructed (personal device)"


MOVES: Mapping[Status, frozenset[Status]] = {
    Status.STARTED: frozenset({Status.PROFILE_ISSUED, Status.INSTRUCTED, Status.EXPIRED, Status.FAILED}),
    Status.PROFILE_ISSUED: frozenset(
        {Status.PROFILE_ISSUED, Status.CERTIFICATE_ISSUED, Status.EXPIRED, Status.FAILED}
    ),
    Status.CERTIFICATE_ISSUED: frozenset(
        {Status.PROFILE_ISSUED, Status.AUTHENTICATED, Status.EXPIRED, Status.FAILED}
    ),
    Status.AUTHENTICATED: frozenset({Status.PROFILE_ISSUED, Status.ENROLLED, Status.EXPIRED, Status.FAILED}),
    Status.ENROLLED: frozenset({Status.SUPERSEDED, Status.CHECKED_OUT}),
    Status.SUPERSEDED: frozenset(),
    Status.CHECKED_OUT: frozenset(),
    Status.EXPIRED: frozenset({Status.PROFILE_ISSUED}),
    Status.FAILED: frozenset({Status.PROFILE_ISSUED}),
    Status.INSTRUCTED: frozenset(),
}

# Before a certificate exists the answers may still change, and an attempt can lapse.
OPEN = frozenset({Status.STARTED, Status.PROFILE_ISSUED})
# What ends by itself when nothing comes in time: an answer, or the device with its certificate.
LAPSING = OPEN | {Status.CERTIFICATE_ISSUED}
# Neither enrolled nor over: what staff can cancel and lists call a screen of.
UNDER_WAY = LAPSING | {Status.AUTHENTICATED}
FINAL = frozenset(status for status, targets in MOVES.items() if not targets)


def sources(target: Status) -> frozenset[Status]:
    """The statuses from which the table allows a move to ``target``."""
    return frozenset(status for status, targets in MOVES.items() if target in targets)
