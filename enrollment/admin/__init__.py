"""One file per noun, same names as in models/; importing them registers them. ``site`` is the admin site itself."""

from enrollment.admin import (
    authority,
    certificate,
    challenge,
    command,
    device,
    enrollment,
    event,
    invitation,
    issued_profile,
    message_text,
    push_certificate,
    signing_identity,
)

__all__ = [
    "authority",
    "certificate",
    "challenge",
    "command",
    "device",
    "enrollment",
    "event",
    "invitation",
    "issued_profile",
    "message_text",
    "push_certificate",
    "signing_identity",
]
