"""How many messages a site ordered on a day: the row that its quota is claimed on."""

from django.db import models


class MessageCount(models.Model):
    """``day`` in the site's time zone."""

    site = models.ForeignKey("sites.Site", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "day"], name="one_count_per_site_and_day")]
        indexes = [models.Index(fields=["day", "id"], name="message_count_age")]

    def __str__(self) -> str:
        return f"{self.used} on {self.day}"
