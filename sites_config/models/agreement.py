"""The license agreement that people accept before they enroll."""

from django.db import models

from sites_config.models.ownership import Ownership


class Agreement(models.Model):
    """One published version for one kind of ownership. Never changed: acceptances refer to it; the next one follows it.

    ``text`` is Markdown, translated by django-modeltranslation. A version without any text ends the agreement.
    """

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="agreements")
    ownership = models.CharField(max_length=20, choices=Ownership.choices, default=Ownership.INSTITUTIONAL)
    version = models.PositiveIntegerField(editable=False)
    text = models.TextField(blank=True)
    ask_again = models.BooleanField(
        "require acceptance again",
        default=True,
        help_text="Yes: whoever accepted an earlier version in an enrollment that is still open accepts this one too. "
        "No: for a corrected typing error.",
    )
    published_at = models.DateTimeField(editable=False)

    objects: models.Manager["Agreement"] = models.Manager()  # modeltranslation replaces it by its own

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "ownership", "version"], name="agreement_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_ownership_display()}, version {self.version}"
