"""Accounts: staff of a site, and one opaque account behind every person from a directory."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """What a user may do at which site stands in SitePrivilege rows, never in groups or global permissions."""

    is_demo = models.BooleanField(
        "demonstration account",
        default=False,
        editable=False,
        help_text="Can be used in the demonstration only.",
    )
