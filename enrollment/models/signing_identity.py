"""The key and certificate that sign a site's profiles."""

from django.db import models


class SigningIdentity(models.Model):
    """Uploaded by the site, or certified by its authority so that a fresh site can sign at once."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="signing_identities")
    authority = models.ForeignKey(
        "enrollment.Authority",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="signing_identities",
    )
    certificates_pem = models.TextField(help_text="The signing certificate first, then its intermediates.")
    key_encrypted = models.BinaryField()
    not_after = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "signing identities"

    def __str__(self) -> str:
        return f"Signing identity of {self.site}, until {self.not_after:%Y-%m-%d}"
