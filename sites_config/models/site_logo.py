"""A site's logo, as it is sent to browsers."""

from django.db import models


class Appearance(models.TextChoices):
    """Named as iOS names them."""

    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class SiteLogo(models.Model):
    """PNG made from what was uploaded, never the upload itself. Its address has the hash, so it is cached for ever."""

    site = models.ForeignKey("sites.Site", on_delete=models.CASCADE, related_name="logos")
    appearance = models.CharField(max_length=5, choices=Appearance.choices, default=Appearance.LIGHT)
    png = models.BinaryField()
    sha256 = models.CharField(max_length=64, db_index=True, help_text="Of the PNG, in hex digits.")
    width = models.PositiveSmallIntegerField(help_text="Pixels.")
    height = models.PositiveSmallIntegerField(help_text="Pixels.")

    class Meta:
        verbose_name = "logo"
        constraints = [models.UniqueConstraint(fields=["site", "appearance"], name="one_logo_per_appearance")]

    def __str__(self) -> str:
        return f"{self.site}, {self.get_appearance_display().lower()}"
