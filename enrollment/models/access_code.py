"""A short code that staff say over the telephone."""

from datetime import datetime

from django.conf import settings
from django.db import models


class AccessCode(models.Model):
    """Used once, within hours. It leads to the log-in of its site, or takes one use of ``invitation``.

    ``code_hmac`` is keyed with the field key: eight characters are few enough to be guessed from a plain hash.
    ``enrollment``: whose it was made for; ``started``: what was begun with it.
    """

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="access_codes")
    code_hmac = models.BinaryField(max_length=32, editable=False)
    invitation = models.ForeignKey(
        "enrollment.Invitation", on_delete=models.CASCADE, null=True, blank=True, related_name="access_codes"
    )
    enrollment = models.ForeignKey(
        "enrollment.Enrollment", on_delete=models.CASCADE, null=True, blank=True, related_name="access_codes"
    )
    started = models.ForeignKey(
        "enrollment.Enrollment", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "code_hmac"], name="access_code_once")]
        indexes = [
            models.Index(fields=["code_hmac"], name="access_code"),
            models.Index(fields=["expires_at", "id"], name="access_code_age"),
        ]

    def __str__(self) -> str:
        return f"Code of {self.made_at:%Y-%m-%d %H:%M}"

    def good(self, now: datetime) -> bool:
        """It can still be used."""
        return self.used_at is None and self.revoked_at is None and self.expires_at > now
