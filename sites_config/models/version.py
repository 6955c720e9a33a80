"""One number that is new whenever the configuration changes, so that every process forgets what it remembered."""

from django.db import models


class ConfigurationVersion(models.Model):
    """A single row (id 1)."""

    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)
