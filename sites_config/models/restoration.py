"""A backup that was put in place of the database."""

from django.db import models


class Restoration(models.Model):
    """What was spent or revoked between the two times is unknown here. Password links made before it are no good."""

    backup_made_at = models.DateTimeField()
    restored_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Backup of {self.backup_made_at:%Y-%m-%d %H:%M}, restored {self.restored_at:%Y-%m-%d %H:%M}"
