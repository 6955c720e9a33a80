"""One file per noun."""

from enrollment.models.authority import Authority, AuthorityState
from enrollment.models.certificate import Certificate
from enrollment.models.challenge import Challenge
from enrollment.models.command import Command, CommandState
from enrollment.models.device import Device
from enrollment.models.enrollment import (
    AssignmentSource,
    Enrollment,
    FailureReason,
    InvitationUse,
    SignInMethod,
)
from enrollment.models.event import Event, EventKind
from enrollment.models.invitation import Invitation
from enrollment.models.issued_profile import IssuedProfile
from enrollment.models.moves import MOVES, Status
from enrollment.models.push_certificate import PushCertificate
from enrollment.models.signing_identity import SigningIdentity

__all__ = [
    "MOVES",
    "AssignmentSource",
    "Authority",
    "AuthorityState",
    "Certificate",
    "Challenge",
    "Command",
    "CommandState",
    "Device",
    "Enrollment",
    "Event",
    "EventKind",
    "FailureReason",
    "Invitation",
    "InvitationUse",
    "IssuedProfile",
    "PushCertificate",
    "SignInMethod",
    "SigningIdentity",
    "Status",
]
