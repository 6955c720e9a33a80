"""What every identity provider has, whichever protocol it speaks: its place on the log-in page."""

from django.db import models


class IdentityProvider(models.Model):
    """A button on the log-in page of its site and of the sites that belong to it."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="%(class)ss")
    name = models.CharField(
        max_length=60, help_text="People read “Log in with …”: the name they know, such as Northwind Account."
    )
    enabled = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=1, help_text="Shown in this order.")
    fresh_login = models.BooleanField(
        "ask for the password every time",
        default=True,
        help_text="Off: whoever is still logged in there in this browser goes on as that person. Leave it on where "
        "devices are shared.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def ready(self) -> bool:
        """Enough is known of it that somebody could log in."""
        return self.enabled
