"""An MDM command waiting for a device, or answered by it."""

import uuid

from django.db import models


class CommandState(models.TextChoices):
    QUEUED = "queued", "Queued"
    NOT_NOW = "not-now", "Not now (the device will ask again)"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    ERROR = "error", "Error"
    FORMAT_ERROR = "format-error", "Command format error"


OPEN_STATES = (CommandState.QUEUED, CommandState.NOT_NOW)


class Command(models.Model):
    """Belongs to an enrollment, never to a device: it doesn't move to the next enrollment of the same UDID."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="+")
    enrollment = models.ForeignKey("enrollment.Enrollment", on_delete=models.CASCADE, related_name="commands")
    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    request_type = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=20, choices=CommandState.choices, default=CommandState.QUEUED)
    error = models.CharField(max_length=300, blank=True)
    queued_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "uuid"], name="command_uuid_once")]
        indexes = [
            models.Index(
                fields=["enrollment", "id"],
                condition=models.Q(state__in=["queued", "not-now"]),
                name="command_open",
            ),
            models.Index(
                fields=["answered_at", "id"],
                condition=models.Q(answered_at__isnull=False),
                name="command_age",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_type} ({self.get_state_display()})"
