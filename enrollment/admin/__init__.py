"""One file per noun, same names as in models/; importing them registers them. ``site`` is the admin site itself."""

from enrollment.admin import (
    agreement_acceptance,
    authority,
    ca_certificate,
    certificate,
    challenge,
    command,
    device,
    enrollment,
    event,
    invitation,
    issued_profile,
    message_text,
    person,
    push_certificate,
    signing_identity,
    sites,
)

__all__ = [
    "agreement_acceptance",
    "authority",
    "ca_certificate",
    "certificate",
    "challenge",
    "command",
    "device",
    "enrollment",
    "event",
    "invitation",
    "issued_profile",
    "message_text",
    "person",
    "push_certificate",
    "signing_identity",
    "sites",
]
