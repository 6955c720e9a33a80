"""The one table of what happened: audit trail, timeline of the help desk, funnel."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT


class EventKind(models.TextChoices):
    MOVED = "moved", "Status changed"
    SIGNED_IN = "signed-in", "Signed in"
    SIGNED_OUT = "signed-out", "Logged out"
    PROFILE_SERVED = "profile-served", "Profile downloaded by the device"
    ANSWERS_CHANGED = "answers-changed", "Answers changed; the profile was withdrawn"
    AGREEMENT_ACCEPTED = "agreement-accepted", "Agreement accepted"
    AGREEMENT_DECLINED = "agreement-declined", "Agreement not accepted"
    HAND_OVER_OFFERED = "hand-over-offered", "Link to go on in another browser made"
    HANDED_OVER = "handed-over", "Went on in another browser"
    SECOND_KEY_REFUSED = "second-key-refused", "A second device tried the same profile"
    CERTIFICATE_REFUSED = "certificate-refused", "A certificate of ours was refused at check-in"
    DEVICE_CONFLICT = "device-conflict", "A superseded enrollment spoke again"
    DEVICE_REFUSED = "device-refused", "The device was turned away at check-in"
    DEVICE_LIST_IMPORTED = "device-list-imported", "Device list imported"
    REENROLLMENT_REFUSED = "reenrollment-refused", "Somebody not authorized tried to enroll it again"
    USER_REMOVED = "user-removed", "The device's user was removed"
    LOG_IN_REFUSED = "log-in-refused", "Nobody was logged in"
    DIRECTORY_UNREACHABLE = "directory-unreachable", "A directory could not be asked"
    CODE_MADE = "code-made", "Access code made"
    CODE_USED = "code-used", "Started with an access code"
    CODE_REVOKED = "code-revoked", "Access code revoked"
    USER_CHANGED = "user-changed", "The device's user and location were changed"
    SITE_ASSIGNED = "site-assigned", "The device's assigned site was changed"
    MARKED_LOST = "marked-lost", "Marked as lost"
    FOUND = "found", "Found again"
    INVITATION_CREATED = "invitation-created", "Invitation created"
    INVITATION_LINK_SHOWN = "invitation-link-shown", "Invitation link shown"
    INVITATION_REVOKED = "invitation-revoked", "Invitation revoked"
    INVITATION_RELEASED = "invitation-released", "A held use was released"
    INVITATION_SENT = "invitation-sent", "Invitation handed to be sent"
    INVITATION_REMINDED = "invitation-reminded", "Reminder handed to be sent"
    INVITATION_RENEWED = "invitation-renewed", "Invitation got a new link; the old one is dead"
    INVITATION_PIN_RENEWED = "invitation-pin-renewed", "Invitation got a new PIN"
    INVITATION_EXTENDED = "invitation-extended", "Invitation extended"
    INVITATION_PRINTED = "invitation-printed", "Invitation printed"
    WRONG_PIN = "wrong-pin", "A wrong PIN was typed"
    WRONG_PERSON = "wrong-person", "Somebody else than the invited person logged in"
    SETTINGS_CHANGED = "settings-changed", "Settings changed by a file"
    DATA_EXPORTED = "data-exported", "Data exported"


class Event(models.Model):
    """``data`` holds no secret: statuses, reasons, command names."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=30, choices=EventKind.choices)
    at = models.DateTimeField()
    enrollment = models.ForeignKey(
        "enrollment.Enrollment",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="events",
        db_index=False,
    )
    device = models.ForeignKey(
        "enrollment.Device", on_delete=models.CASCADE, null=True, blank=True, related_name="events"
    )
    invitation = models.ForeignKey(
        "enrollment.Invitation", on_delete=models.CASCADE, null=True, blank=True, related_name="events"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["enrollment", "at"], name="event_timeline"),
            models.Index(fields=["at"], condition=models.Q(kind="moved"), name="event_moves"),
            models.Index(  # what an unknown certificate left
                fields=["site", "at"],
                condition=models.Q(kind="certificate-refused"),
                name="event_refused",
            ),
            models.Index(fields=["at", "id"], name="event_at"),
            models.Index(fields=["site", "at", "id"], name="event_site_at"),
            # Half of all events are moves; whatever else somebody looks for is rare.
            models.Index(fields=["kind", "at", "id"], condition=~Q(kind="moved"), name="event_kind"),
            models.Index(
                KT("data__serial_number"),
                condition=models.Q(kind__in=["device-refused", "reenrollment-refused"]),
                name="event_refused_serial",
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
