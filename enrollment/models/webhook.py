"""Where a site's events are reported to: another program's https address."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models


class WebhookEvent(models.TextChoices):
    STARTED = "enrollment.started", "Enrollment started"
    COMPLETED = "enrollment.completed", "Enrollment completed"
    FAILED = "enrollment.failed", "Enrollment failed, was cancelled or lapsed"
    CHECKED_OUT = "device.checked_out", "Device checked out"
    INVITATION_USED = "invitation.used", "Invitation used"


def known_events(value: object) -> None:
    """Raises ValidationError for anything but a list of WebhookEvent's values."""
    wrong = (
        [each for each in value if each not in WebhookEvent.values] if isinstance(value, list) else [value]
    )
    if wrong:
        raise ValidationError(f"Not an event: {wrong[0]}. There are: {', '.join(WebhookEvent.values)}.")


class Webhook(models.Model):
    """Of the site and of every site that belongs to it. ``events`` are values of WebhookEvent.

    ``secret_encrypted``: the bytes that sign, see https://www.standardwebhooks.com.
    """

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="webhooks")
    name = models.CharField(max_length=100)
    url = models.CharField(
        "address",
        max_length=250,
        validators=[URLValidator(schemes=["https"], message="Enter an address that begins with https://")],
        help_text="https://… Redirects are not followed; private networks the operator has to allow.",
    )
    events = models.JSONField(default=list, validators=[known_events])
    enabled = models.BooleanField(default=True)
    secret_encrypted = models.BinaryField(editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="webhook_name_once")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if "@" in urlsplit(self.url).netloc:
            words = "Leave out name and password: the receiver knows a message by its signature."
            raise ValidationError({"url": words})
