"""What somebody changed in the administration, or a command did, at one site: outlives the row that it is about."""

from django.conf import settings
from django.db import models


class Act(models.IntegerChoices):
    """Numbered as Django numbers them in a row's history."""

    ADDED = 1, "Added"
    CHANGED = 2, "Changed"
    DELETED = 3, "Deleted"


class LoggedChange(models.Model):
    """A row for each site that it concerns, None for what concerns none; ``told`` leaves out what it does at others.

    ``entry``: the row of Django's log that it belongs to, None for a command's; ``user``: None for a command.
    """

    site = models.ForeignKey(
        "sites.Site", on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    at = models.DateTimeField("time", editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name="by",
    )
    act = models.PositiveSmallIntegerField(choices=Act.choices, editable=False)
    kind = models.CharField(max_length=100, editable=False)
    object_id = models.CharField(max_length=100, blank=True, editable=False)
    subject = models.CharField("what", max_length=200, editable=False)
    told = models.TextField("change", blank=True, editable=False)
    entry = models.PositiveBigIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = "change in the administration"
        verbose_name_plural = "changes in the administration"
        indexes = [
            models.Index(fields=["site", "-at", "-id"], name="logged_change_list"),
            models.Index(fields=["at", "id"], name="logged_change_age"),
            models.Index(fields=["act", "-at", "-id"], name="logged_change_act"),
            models.Index(fields=["kind", "object_id"], name="logged_change_row"),
        ]

    def __str__(self) -> str:
        return f"{self.get_act_display()}: {self.subject}"
