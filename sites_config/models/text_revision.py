"""What a site's wording was before."""

from django.conf import settings
from django.db import models


class TextSource(models.TextChoices):
    EDITOR = "editor", "editor"
    FILE = "file", "imported file"
    JAMF = "jamf", "imported from Jamf Pro"


class TextRevision(models.Model):
    """One change of one text in one language; never changed, never deleted. ``text`` is "" where the site went back to
    what it inherits. ``english`` is what the text said in English then: when that changes, the wording may be stale."""

    site = models.ForeignKey("sites.Site", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    language = models.CharField(max_length=12)
    text = models.TextField(blank=True)
    english = models.TextField(blank=True)
    source = models.CharField(max_length=10, choices=TextSource.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["site", "language", "key", "-id"], name="revisions_of_a_text")]

    def __str__(self) -> str:
        return f"{self.key}, {self.language}, {self.made_at:%Y-%m-%d %H:%M}"
