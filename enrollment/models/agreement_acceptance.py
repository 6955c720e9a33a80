"""The proof that somebody accepted an agreement."""

from django.db import models

from enrollment.models.enrollment import SignInMethod


class AgreementAcceptance(models.Model):
    """What was shown and who accepted it, as it was then. Never changed, never deleted with a purge of answers."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="+")
    enrollment = models.ForeignKey(
        "enrollment.Enrollment", on_delete=models.PROTECT, related_name="agreement_acceptances"
    )
    agreement = models.ForeignKey(
        "sites_config.Agreement", on_delete=models.PROTECT, related_name="acceptances"
    )
    language = models.CharField(max_length=12)
    text_sha256 = models.CharField(max_length=64, help_text="Of the text as it was shown, in hex digits.")
    accepted_at = models.DateTimeField()
    signed_in_with = models.CharField(max_length=20, choices=SignInMethod.choices, blank=True)
    signed_in_name = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "enrollment", "agreement", "language"], name="acceptance_once_per_enrollment"
            )
        ]

    def __str__(self) -> str:
        return f"{self.agreement}, {self.accepted_at:%Y-%m-%d %H:%M}"
