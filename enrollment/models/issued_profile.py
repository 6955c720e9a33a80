"""A signed enrollment profile behind its capability URL."""

from datetime import datetime

from django.db import models


class IssuedProfile(models.Model):
    """``body_encrypted`` is erased when the challenge in it is used or withdrawn. Times: see the token table."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="+")
    enrollment = models.ForeignKey("enrollment.Enrollment", on_delete=models.CASCADE, related_name="profiles")
    token_nonce = models.BinaryField(
        max_length=32, help_text="Together with the browser key it makes the token; worthless without."
    )
    token_sha256 = models.BinaryField(max_length=32)
    body_encrypted = models.BinaryField(null=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    served_at = models.DateTimeField(null=True, blank=True, help_text="When it was first fetched.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "token_sha256"], name="profile_token_once")]
        indexes = [
            models.Index(fields=["token_sha256"], name="profile_token"),
            models.Index(
                fields=["expires_at", "id"],
                condition=models.Q(body_encrypted__isnull=False),
                name="profile_with_bytes",
            ),
        ]

    def __str__(self) -> str:
        return f"Profile of {self.issued_at:%Y-%m-%d %H:%M}"

    def can_be_fetched(self, now: datetime) -> bool:
        """The URL still leads to the bytes."""
        return self.body_encrypted is not None and self.expires_at > now
