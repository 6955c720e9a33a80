"""An enrollment: one person's way from the URL they opened to a managed device."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from enrollment.models.assignment import Assignment
from enrollment.models.folded import folded_index
from enrollment.models.moves import LAPSING, Status
from sites_config.models import Ownership
from sites_config.references import new_reference, spoken


class SignInMethod(models.TextChoices):
    NONE = "", "Not signed in"
    STAFF = "staff", "Staff account"
    LDAP = "ldap", "LDAP directory"
    SAML = "saml", "SAML identity provider"
    OIDC = "oidc", "OpenID provider"


class InvitationUse(models.TextChoices):
    NONE = "", "None"
    HELD = "held", "Held for this attempt"
    SPENT = "spent", "Spent"


class FailureReason(models.TextChoices):
    NONE = "", "None"
    SECOND_KEY = "second-key", "The profile was used on a second device"
    CANCELLED = "cancelled", "Cancelled by staff"
    PROFILE_REMOVED = "profile-removed", "The profile was removed before enrollment was complete"
    NOT_THEIRS = "not-theirs", "The device is registered already, and not to this person"
    WRONG_DEVICE = "wrong-device", "The invitation is for another device"
    NOT_LISTED = "not-listed", "The device is not on the site's list"
    TOO_MANY_DEVICES = "too-many-devices", "The person has as many devices as one may have"
    OS_TOO_OLD = "os-too-old", "Its version of iOS is too old for the site"


def new_public_id() -> str:
    """22 URL-safe characters, 128 bits; an address, not a key."""
    return secrets.token_urlsafe(16)


class Enrollment(Assignment):
    """``entry_site`` is the site of the host; ``site`` the one whose settings, authority and profile apply."""

    entry_site = models.ForeignKey(
        "sites.Site", on_delete=models.PROTECT, related_name="entered_enrollments", db_index=False
    )
    site = models.ForeignKey(
        "sites.Site", on_delete=models.PROTECT, related_name="enrollments", db_index=False
    )
    public_id = models.CharField(max_length=22, default=new_public_id, editable=False)
    reference = models.CharField(max_length=8, default=new_reference, editable=False)
    key_sha256 = models.BinaryField(max_length=32, editable=False)
    host = models.CharField(
        max_length=260, editable=False, help_text="With port if any; every URL in the profile uses it."
    )

    status = models.CharField(max_length=20, choices=Status.choices, default=Status.STARTED)
    failure_reason = models.CharField(max_length=40, choices=FailureReason.choices, blank=True)
    started_at = models.DateTimeField()
    idle_until = models.DateTimeField(help_text="The attempt lapses then, unless an answer comes before.")
    ends_at = models.DateTimeField(help_text="Nothing can be resumed after this.")
    enrolled_at = models.DateTimeField(null=True, blank=True)

    invitation = models.ForeignKey(
        "enrollment.Invitation", on_delete=models.PROTECT, null=True, blank=True, related_name="enrollments"
    )
    invitation_use = models.CharField(max_length=10, choices=InvitationUse.choices, blank=True)

    signed_in_with = models.CharField(max_length=20, choices=SignInMethod.choices, blank=True)
    signed_in_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    signed_in_source = models.CharField(max_length=200, blank=True)
    signed_in_id = models.CharField(max_length=200, blank=True)
    signed_in_name = models.CharField(max_length=150, blank=True)
    signed_in_at = models.DateTimeField(null=True, blank=True)
    access_groups = models.JSONField(
        default=list,
        blank=True,
        editable=False,
        help_text="The ids of the access groups that whoever logged in belonged to then.",
    )

    ownership = models.CharField(max_length=20, choices=Ownership.choices, blank=True)
    directory_searches = models.PositiveSmallIntegerField(default=0, editable=False)
    ca_served_at = models.DateTimeField(null=True, blank=True, editable=False)

    answers = models.JSONField(default=dict, blank=True, help_text="Answers of small screens, by screen.")
    language = models.CharField(max_length=12, blank=True)
    browser = models.CharField(
        max_length=40, blank=True, help_text="Where it was begun or went on, such as “Safari 18.6 on iPhone”."
    )

    authority = models.ForeignKey(
        "enrollment.Authority", on_delete=models.PROTECT, null=True, blank=True, related_name="enrollments"
    )
    profile = models.ForeignKey(
        "enrollment.IssuedProfile", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    topic = models.CharField(max_length=200, blank=True)

    device = models.ForeignKey(
        "enrollment.Device", on_delete=models.PROTECT, null=True, blank=True, related_name="enrollments"
    )
    claimed = models.JSONField(
        default=dict, blank=True, help_text="What the device said of itself at Authenticate."
    )
    authenticated_at = models.DateTimeField(null=True, blank=True)
    push_token_encrypted = models.BinaryField(null=True)
    push_magic_encrypted = models.BinaryField(null=True)
    unlock_token_encrypted = models.BinaryField(null=True)
    inventory_queued_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    conflict_noted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # The codes first: whoever looks somebody up does so at all their sites at once.
            models.UniqueConstraint(fields=["public_id", "entry_site"], name="enrollment_public_id_once"),
            models.UniqueConstraint(fields=["reference", "entry_site"], name="enrollment_reference_once"),
            models.UniqueConstraint(
                fields=["entry_site", "key_sha256"], name="one_enrollment_per_browser_key"
            ),
        ]
        indexes = [
            models.Index(
                fields=["invitation", "idle_until"],
                condition=Q(invitation_use="held"),
                name="enrollment_holds",
            ),
            models.Index(  # by which what came to nothing is purged
                fields=["ends_at", "id"],
                condition=Q(status__in=["expired", "failed", "instructed"]),
                name="enrollment_over",
            ),
            folded_index("assigned_user_name", "enrollment_user_name"),
            folded_index("assigned_full_name", "enrollment_full_name"),
            folded_index("assigned_email", "enrollment_email"),
            folded_index("signed_in_name", "enrollment_signed_in_name"),
            models.Index(
                fields=["site", "enrolled_at"],
                condition=Q(enrolled_at__isnull=False),
                name="enrollment_enrolled",
            ),
            models.Index(fields=["started_at", "id"], name="enrollment_started"),
            models.Index(fields=["site", "started_at", "id"], name="enrollment_site_started"),
            models.Index(fields=["status", "started_at", "id"], name="enrollment_status"),
            models.Index(fields=["site"], condition=Q(status="authenticated"), name="enrollment_checked_in"),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.get_status_display()})"

    @property
    def code(self) -> str:
        """The reference as people read it out."""
        return spoken(self.reference)

    def lapsed(self, now: datetime) -> bool:
        """Nothing came in time; the row may still say otherwise, because no sweeper is needed for safety."""
        if self.status == Status.AUTHENTICATED:
            return self.ends_at <= now
        return self.status in LAPSING and self.idle_until <= now
