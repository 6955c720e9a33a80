"""Text messages: off, unless an operator names a backend of their own in ``GATEHOUSE_SMS_BACKEND``.

A backend is a class without arguments. ``send(number, text)`` returns when the provider took the message, raises
``TryLater`` or ``Refused`` of ``enrollment.outbox.mail`` when it did not, and raises any other exception or returns
False when it can't tell. It goes out through ``enrollment.directories.outbound``, like every connection.
"""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from enrollment.outbox.mail import Refused


class SmsBackend(Protocol):
    def send(self, number: str, text: str) -> object:
        """``number`` as the invitation has it."""


class Off:
    def send(self, number: str, text: str) -> None:
        raise Refused("No SMS backend is set up: GATEHOUSE_SMS_BACKEND.")


def sms_backend() -> SmsBackend:
    """Raises ImportError for a name that leads nowhere."""
    if not settings.SMS_BACKEND:
        return Off()
    made: SmsBackend = import_string(settings.SMS_BACKEND)()
    return made
