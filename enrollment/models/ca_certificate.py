"""The CA certificate that a site's people install before the MDM profile."""

from django.db import models


class CaCertificate(models.Model):
    """One row a site, inherited. Without any row it is the certificate of the site's issuing authority."""

    site = models.OneToOneField("sites.Site", on_delete=models.PROTECT, related_name="ca_certificate")
    name = models.CharField(max_length=100, help_text="As Settings shows it.")
    certificate_der = models.BinaryField()
    not_after = models.DateTimeField(editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = "CA certificate"

    def __str__(self) -> str:
        return self.name
