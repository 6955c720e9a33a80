"""An invitation: a link that lets people enroll devices of the institution."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from enrollment.models.folded import folded_index


class Invitation(models.Model):
    """Uses are held from Start, spent when a certificate is issued. The token: only as hash and encrypted."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="invitations")
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
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    invited_by = models.CharField(
        max_length=100, blank=True, help_text="Who invites, as the page names them."
    )
    assigned_user_name = models.CharField(max_length=150, blank=True)
    assigned_full_name = models.CharField(max_length=150, blank=True)
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
        constraints = [
            models.UniqueConstraint(fields=["site", "token_sha256"], name="invitation_token_once"),
            models.CheckConstraint(
                condition=Q(max_uses__isnull=True) | Q(max_uses__gte=F("uses_held") + F("uses_spent")),
                name="invitation_not_overspent",
            ),
        ]
        indexes = [
            models.Index(fields=["token_sha256"], name="invitation_token"),
            folded_index("name", "invitation_name"),
        ]

    def __str__(self) -> str:
        return self.name
