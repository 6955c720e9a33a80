"""An invitation: a link that lets people enroll devices of the institution."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from enrollment.models.folded import filled_index, folded_index
from sites_config.models.site_configuration import PHONE

LIVES = timedelta(days=7)  # unless somebody says otherwise


class Sending(models.TextChoices):
    """What became of the last message with its link. NONE: there was none, or it was taken, or cancelled."""

    NONE = "", ""
    ORDERED = "ordered", "Ordered"
    FAILED = "failed", "Refused"
    UNKNOWN = "unknown", "Unknown whether it arrived"


class Invitation(models.Model):
    """Uses are held from Start, spent when a certificate is issued. The token: only as hash and encrypted.

    The times tell how far it came. ``sent_at``, ``reminded_at``: when the server took the message; ``sent_to``: the
    address that the link went to, as it was then.
    """

    site = models.ForeignKey(
        "sites.Site", on_delete=models.PROTECT, related_name="invitations", db_index=False
    )
    name = models.CharField(max_length=100, help_text="For your own lists, such as “Grade 4, room 12”.")
    token_sha256 = models.BinaryField(max_length=32, editable=False)
    token_encrypted = models.BinaryField(editable=False)
    login_required = models.BooleanField(default=True)
    ask_for_agreement = models.BooleanField(
        default=False, help_text="People accept the site's license agreement before they enroll."
    )
    max_uses = models.PositiveIntegerField(
        null=True, blank=True, default=1, help_text="Blank: as many as you like."
    )
    uses_held = models.PositiveIntegerField(default=0, editable=False)
    uses_spent = models.PositiveIntegerField(default=0, editable=False)
    not_before = models.DateTimeField(
        "valid from", null=True, blank=True, help_text="Blank: at once. In the time zone of the site."
    )
    expires_at = models.DateTimeField(
        "valid until", null=True, blank=True, help_text="Blank: for ever. In the time zone of the site."
    )
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    invited_by = models.CharField(
        max_length=100, blank=True, help_text="Who invites, as the page names them."
    )
    assigned_user_name = models.CharField(max_length=150, blank=True)
    assigned_full_name = models.CharField(max_length=150, blank=True)
    email = models.EmailField("e-mail", blank=True, help_text="Where the link is sent, if you send it.")
    phone = models.CharField(
        "mobile number", max_length=40, blank=True, validators=[PHONE], help_text="For a text message."
    )
    language = models.CharField(
        max_length=12,
        blank=True,
        choices=settings.LANGUAGES,
        help_text="Of the message. Blank: the site's own.",
    )
    only_user_name = models.CharField(
        "only for the user name", max_length=150, blank=True, help_text="Whoever logs in must have this one."
    )
    only_email = models.EmailField(
        "only for the e-mail address", blank=True, help_text="Of the account of whoever logs in."
    )
    only_serial_number = models.CharField(
        "only for the serial number",
        max_length=20,
        blank=True,
        help_text="No other device is enrolled with it. What a device says of itself is a claim, not a proof.",
    )
    pin_encrypted = models.BinaryField(null=True, editable=False)
    pin_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    sending = models.CharField(
        max_length=10, blank=True, choices=Sending.choices, default=Sending.NONE, editable=False
    )
    sent_at = models.DateTimeField(null=True, editable=False)
    sent_to = models.CharField(max_length=254, blank=True, editable=False)
    reminded_at = models.DateTimeField(null=True, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    used_at = models.DateTimeField(null=True, editable=False)
    renewed_at = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField(editable=False)
    is_demo = models.BooleanField(default=False, editable=False)

    class Meta:
        # An import pays for each index a hundred thousand times: docs/measurements.md.
        constraints = [
            models.UniqueConstraint(  # the token first, by which invitations are looked up
                fields=["token_sha256", "site"], name="invitation_token_once"
            ),
            models.CheckConstraint(
                condition=Q(max_uses__isnull=True) | Q(max_uses__gte=F("uses_held") + F("uses_spent")),
                name="invitation_not_overspent",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "-created_at"], name="invitation_list"),
            models.Index(fields=["created_at", "id"], name="invitation_created"),
            models.Index(fields=["name", "id"], name="invitation_by_name"),
            models.Index(
                fields=["expires_at", "id"], condition=Q(revoked_at__isnull=True), name="invitation_end"
            ),
            models.Index(
                fields=["revoked_at", "id"], condition=Q(revoked_at__isnull=False), name="invitation_revoked"
            ),
            models.Index(
                fields=["sending", "id"], condition=~Q(sending=Sending.NONE), name="invitation_sending"
            ),
            folded_index("name", "invitation_name"),
            filled_index("assigned_user_name", "invitation_user_name"),
            filled_index("assigned_full_name", "invitation_full_name"),
            filled_index("email", "invitation_to"),
            filled_index("only_user_name", "invitation_only_user"),
            filled_index("only_email", "invitation_only_email"),
            filled_index("only_serial_number", "invitation_only_serial"),
            models.Index(
                fields=["site", "expires_at"],
                condition=Q(revoked_at=None, started_at=None),
                name="invitation_unused",
            ),
        ]

    def __str__(self) -> str:
        return self.name
