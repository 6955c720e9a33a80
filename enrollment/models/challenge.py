"""The single-use SCEP challenge of an enrollment."""

from django.db import models


class Challenge(models.Model):
    """Used by the first key that presents it; the same key may ask again, a second key is refused."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="+")
    enrollment = models.ForeignKey(
        "enrollment.Enrollment", on_delete=models.CASCADE, related_name="challenges"
    )
    authority = models.ForeignKey("enrollment.Authority", on_delete=models.PROTECT, related_name="+")
    profile = models.OneToOneField(
        "enrollment.IssuedProfile", on_delete=models.CASCADE, related_name="challenge"
    )
    sha256 = models.BinaryField(max_length=32)
    issued_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "sha256"], name="challenge_once")]
        indexes = [
            models.Index(fields=["sha256"], name="challenge_sha256"),
            models.Index(
                fields=["valid_until", "id"],
                condition=models.Q(used_at__isnull=True),
                name="challenge_unused",
            ),
        ]

    def __str__(self) -> str:
        return f"Challenge of {self.issued_at:%Y-%m-%d %H:%M}"
