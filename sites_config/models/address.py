"""The host names by which people reach a site."""

from django.core.exceptions import ValidationError
from django.db import models


class SiteAddress(models.Model):
    """A host name without port, lower case; a site may have several, a child site none."""

    site = models.ForeignKey("sites.Site", on_delete=models.CASCADE, related_name="addresses")
    host = models.CharField(max_length=253, unique=True)
    in_use_by_profiles = models.BooleanField(
        default=False,
        editable=False,
        help_text="Set when a profile was issued with this address; devices keep calling it for years.",
    )

    class Meta:
        verbose_name = "address"
        verbose_name_plural = "addresses"

    def __str__(self) -> str:
        return self.host

    def clean(self) -> None:
        """Holds the host in the form the host middleware asks for."""
        self.host = self.host.strip().lower().rstrip(".")
        if not self.host or any(character in self.host for character in "/:@ ?#"):
            raise ValidationError({"host": "Enter a host name only, without https:// and without a port."})
