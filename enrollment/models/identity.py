"""Somebody whom a directory or an identity provider vouched for."""

from django.db import models


class Identity(models.Model):
    """``source`` and ``external_id`` together never change; names do. Never staff, and of no other site's source."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="identities")
    source = models.CharField(max_length=200)
    external_id = models.CharField(max_length=200)
    user_name = models.CharField(max_length=150, blank=True)
    full_name = models.CharField(max_length=150, blank=True)
    email = models.CharField(max_length=254, blank=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(fields=["site", "source", "external_id"], name="identity_once_per_source")
        ]
        indexes = [models.Index(fields=["last_seen_at", "id"], name="identity_seen")]

    def __str__(self) -> str:
        return self.full_name or self.user_name or self.external_id
