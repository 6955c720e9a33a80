"""What a site has to say to everybody who enrolls, for a while."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

LONGEST_NOTICE = 300  # characters


class Severity(models.TextChoices):
    INFO = "info", "Notice"
    WARNING = "warning", "Warning"


class SiteNotice(models.Model):
    """Stands on every page from its start to its end, also at the sites that belong to this one.

    ``text`` is Markdown, translated by django-modeltranslation.
    """

    site = models.ForeignKey("sites.Site", on_delete=models.CASCADE, related_name="notices")
    severity = models.CharField(max_length=10, choices=Severity.choices, default=Severity.INFO)
    starts_at = models.DateTimeField("from")
    ends_at = models.DateTimeField("until")
    text = models.TextField(blank=True, max_length=LONGEST_NOTICE)

    objects: models.Manager["SiteNotice"] = models.Manager()  # modeltranslation replaces it by its own

    class Meta:
        verbose_name = "notice"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")), name="notice_ends_after_it_starts"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_severity_display()} of {timezone.localtime(self.starts_at):%Y-%m-%d %H:%M}"

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": "It ends before it starts."})

    def shown(self, now: datetime) -> bool:
        return self.starts_at <= now < self.ends_at
