"""A site's own wording of a message."""

from django.db import models


class MessageText(models.Model):
    """``text`` is translated by django-modeltranslation: one column a language. A row only for a changed text."""

    site = models.ForeignKey("sites.Site", on_delete=models.CASCADE, related_name="message_texts")
    key = models.CharField(max_length=100)
    text = models.TextField(blank=True)

    objects: models.Manager["MessageText"] = models.Manager()  # modeltranslation replaces it by its own

    class Meta:
        verbose_name = "text"
        constraints = [models.UniqueConstraint(fields=["site", "key"], name="one_text_per_site_and_key")]

    def __str__(self) -> str:
        return self.key
