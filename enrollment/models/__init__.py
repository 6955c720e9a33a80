"""One file per noun."""

from enrollment.models.access_code import AccessCode
from enrollment.models.access_group import AccessGroup
from enrollment.models.agreement_acceptance import AgreementAcceptance
from enrollment.models.assignment import AssignmentSource
from enrollment.models.authority import Authority, AuthorityState
from enrollment.models.ca_certificate import CaCertificate
from enrollment.models.certificate import Certificate
from enrollment.models.challenge import Challenge
from enrollment.models.cloud_identity_provider import CloudIdentityProvider
from enrollment.models.command import Command, CommandState
from enrollment.models.delivery import Channel, Delivery, DeliveryKind, DeliveryState
from enrollment.models.device import Device
from enrollment.models.directory_server import DirectoryServer
from enrollment.models.enrollment import (
    Enrollment,
    FailureReason,
    InvitationUse,
    SignInMethod,
)
from enrollment.models.event import Event, EventKind
from enrollment.models.hand_over import HandOver
from enrollment.models.heartbeat import Heartbeat
from enrollment.models.identity import Identity
from enrollment.models.invitation import Invitation
from enrollment.models.issued_profile import IssuedProfile
from enrollment.models.listed_device import ListedDevice
from enrollment.models.message_count import MessageCount
from enrollment.models.moves import MOVES, Status
from enrollment.models.person import Person
from enrollment.models.push_certificate import PushCertificate
from enrollment.models.saml_identity_provider import SamlIdentityProvider
from enrollment.models.saml_key import KeyUse, SamlKey
from enrollment.models.saml_round_trip import SamlRoundTrip, SeenSamlMessage
from enrollment.models.signing_identity import SigningIdentity
from enrollment.models.webhook import Webhook, WebhookEvent

__all__ = [
    "MOVES",
    "AccessCode",
    "AccessGroup",
    "AgreementAcceptance",
    "AssignmentSource",
    "Authority",
    "AuthorityState",
    "CaCertificate",
    "Certificate",
    "Challenge",
    "Channel",
    "CloudIdentityProvider",
    "Command",
    "CommandState",
    "Delivery",
    "DeliveryKind",
    "DeliveryState",
    "Device",
    "DirectoryServer",
    "Enrollment",
    "Event",
    "EventKind",
    "FailureReason",
    "HandOver",
    "Heartbeat",
    "Identity",
    "Invitation",
    "InvitationUse",
    "IssuedProfile",
    "KeyUse",
    "ListedDevice",
    "MessageCount",
    "Person",
    "PushCertificate",
    "SamlIdentityProvider",
    "SamlKey",
    "SamlRoundTrip",
    "SeenSamlMessage",
    "SignInMethod",
    "SigningIdentity",
    "Status",
    "Webhook",
    "WebhookEvent",
]
