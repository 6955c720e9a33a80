"""A link by which an enrollment goes on in another browser."""

from datetime import datetime

from django.conf import settings
from django.db import models


class HandOver(models.Model):
    """Used once, within ten minutes. ``token_nonce`` with the key of the browser that made it gives the token; blank
    where staff made it."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="+")
    enrollment = models.ForeignKey(
        "enrollment.Enrollment", on_delete=models.CASCADE, related_name="hand_overs"
    )
    token_nonce = models.BinaryField(max_length=32, default=b"")
    token_sha256 = models.BinaryField(max_length=32)
    from_key_sha256 = models.BinaryField(max_length=32, help_text="The browser where it would end.")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    continued_on = models.CharField(
        max_length=20, blank=True, help_text="iPhone or iPad, as far as it was known."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "token_sha256"], name="hand_over_token_once")]
        indexes = [
            models.Index(fields=["token_sha256"], name="hand_over_token"),
            models.Index(fields=["expires_at", "id"], name="hand_over_age"),
        ]

    def __str__(self) -> str:
        return f"Hand-over of {self.made_at:%Y-%m-%d %H:%M}"

    def good(self, now: datetime) -> bool:
        """It can still be used."""
        return self.used_at is None and self.expires_at > now
