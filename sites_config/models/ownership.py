"""Whose a device is."""

from django.db import models


class Ownership(models.TextChoices):
    """As Jamf Pro and Apple tell them apart; blank where nobody was asked yet."""

    INSTITUTIONAL = "institutional", "Institutionally owned"
    PERSONAL = "personal", "Personally owned"
