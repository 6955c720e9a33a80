"""Something that leaves the house: a mail, a text message, a report. One row a recipient, from order to end."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from enrollment.models.folded import ByBytes


class Channel(models.TextChoices):
    MAIL = "mail", "E-mail"
    SMS = "sms", "Text message"
    WEBHOOK = "webhook", "Webhook"


class DeliveryKind(models.TextChoices):
    INVITATION = "invitation", "Invitation"
    REMINDER = "reminder", "Reminder of an invitation"
    RENEWED = "renewed", "New link of an invitation"
    EVENT = "event", "Report of an event"


class DeliveryState(models.TextChoices):
    """UNKNOWN: the connection broke after the content was handed over and before the answer came."""

    WAITING = "waiting", "Waiting"
    LEASED = "leased", "Taken by the worker"
    SENDING = "sending", "On its way"
    SENT = "sent", "Sent"
    FAILED = "failed", "Refused"
    UNKNOWN = "unknown", "Unknown whether it arrived"
    CANCELLED = "cancelled", "Cancelled"


UNFINISHED = (DeliveryState.WAITING, DeliveryState.LEASED, DeliveryState.SENDING)


class Delivery(models.Model):
    """A message is made when it is sent: no link and no text waits here. ``data``: the body of a report.

    ``lease`` names the worker that has the row until ``leased_until``. ``message_id`` never changes, so that a mail
    server and a reader can tell a repetition from a second message (RFC 5322, 3.6.4).
    """

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    kind = models.CharField(max_length=20, choices=DeliveryKind.choices)
    invitation = models.ForeignKey(
        "enrollment.Invitation", on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    webhook = models.ForeignKey(
        "enrollment.Webhook", on_delete=models.SET_NULL, null=True, blank=True, related_name="deliveries"
    )
    data = models.JSONField(default=dict, blank=True, editable=False)
    recipient = models.CharField(max_length=254)
    language = models.CharField(max_length=12, blank=True)
    message_id = models.UUIDField(default=uuid.uuid4, editable=False)
    state = models.CharField(
        max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING, editable=False
    )
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    next_try_at = models.DateTimeField(editable=False)
    lease = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    error = models.CharField(max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    done_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                condition=Q(state="waiting", webhook__isnull=True),
                name="delivery_next",
            ),
            models.Index(
                fields=["webhook", "next_try_at", "id"],
                condition=Q(state="waiting", webhook__isnull=False),
                name="delivery_next_of_webhook",
            ),
            models.Index(
                fields=["leased_until"], condition=Q(state__in=["leased", "sending"]), name="delivery_leased"
            ),
            models.Index(fields=["site", "-created_at"], name="delivery_list"),
            models.Index(fields=["done_at", "id"], name="delivery_age"),
            models.Index(fields=["site", "state", "created_at"], name="delivery_states"),
            models.Index(fields=["created_at", "id"], name="delivery_created"),
            models.Index(
                ByBytes(Upper("recipient")),
                condition=Q(invitation__isnull=False),
                name="delivery_recipient",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} to {self.recipient}"
