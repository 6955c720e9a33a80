"""A device that a site expects, by its serial number."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from enrollment.models.folded import filled_index
from sites_config.site_settings import descendants_of

SERIAL = RegexValidator(r"\A[A-Za-z0-9]{4,20}\Z", "A serial number has 4 to 20 letters and digits.")


class ListedDevice(models.Model):
    """Counts at its site and at whatever belongs to it, or at ``meant_for`` and whatever belongs to that.

    ``imported_at``: when a file named it last; None for one that was typed.
    """

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="listed_devices")
    serial_number = models.CharField(
        max_length=20,
        db_index=True,
        validators=[SERIAL],
        help_text="In capitals. It is what a device says of itself: a claim, not a proof.",
    )
    asset_tag = models.CharField(max_length=60, blank=True)
    owner_user_name = models.CharField(
        "user name",
        max_length=150,
        blank=True,
        help_text="Who becomes the device's user where nobody logged in or was named. A claim, which opens nothing.",
    )
    owner_full_name = models.CharField("full name", max_length=150, blank=True)
    owner_email = models.EmailField("e-mail", blank=True)
    meant_for = models.ForeignKey(
        "sites.Site",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="A site that belongs to the list's. Blank: any of them, and the list's own.",
    )
    note = models.CharField(max_length=300, blank=True)
    imported_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "serial_number"], name="device_once_on_a_list")
        ]
        indexes = [
            filled_index("asset_tag", "listed_asset_tag"),
            filled_index("owner_user_name", "listed_user_name"),
            filled_index("owner_full_name", "listed_full_name"),
            filled_index("owner_email", "listed_email"),
        ]

    def __str__(self) -> str:
        return f"{self.serial_number} ({self.asset_tag})" if self.asset_tag else self.serial_number

    @property
    def has_owner(self) -> bool:
        return bool(self.owner_user_name or self.owner_full_name)

    def clean(self) -> None:
        """Names what stands in the way, which the database would only refuse."""
        self.serial_number = self.serial_number.upper()
        same = ListedDevice.objects.filter(site=self.site_id, serial_number=self.serial_number)
        if same.exclude(pk=self.pk).exists():
            raise ValidationError({"serial_number": "It is on the list of this site already."})
        if self.meant_for_id and self.site_id and self.meant_for_id not in descendants_of(self.site_id):
            raise ValidationError({"meant_for": "It does not belong to the site of the list."})
