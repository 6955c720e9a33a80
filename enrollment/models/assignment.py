"""Whose a device is, and where it stands: on the enrollment that says so, and on the device it came to."""

from django.db import models


class AssignmentSource(models.TextChoices):
    """How the device's user was set."""

    NONE = "", "Nobody"
    SIGNED_IN = "signed-in", "Signed in"
    STAFF = "staff", "Staff"
    INVITATION = "invitation", "Invitation"
    SELF_DECLARED = "self-declared", "Self-declared"
    LISTED = "listed", "From the device list, a claim"


# Nobody vouched for these: they never feed a rule.
CLAIMS = (AssignmentSource.SELF_DECLARED, AssignmentSource.LISTED)


class Assignment(models.Model):
    """User and location, the fields that directories know (Jamf Pro's User and Location).

    ``assigned_source`` and ``assigned_external_id``: which Identity that is; blank where no directory named it.
    """

    assigned_user_name = models.CharField(max_length=150, blank=True)
    assigned_full_name = models.CharField(max_length=150, blank=True)
    assigned_email = models.CharField(max_length=254, blank=True)
    assigned_department = models.CharField(max_length=100, blank=True)
    assigned_building = models.CharField(max_length=100, blank=True)
    assigned_room = models.CharField(max_length=100, blank=True)
    assigned_phone = models.CharField(max_length=40, blank=True)
    assigned_position = models.CharField(max_length=100, blank=True)
    assigned_source = models.CharField(max_length=200, blank=True)
    assigned_external_id = models.CharField(max_length=200, blank=True)
    assignment_source = models.CharField(max_length=20, choices=AssignmentSource.choices, blank=True)

    class Meta:
        abstract = True

    @property
    def assignment(self) -> dict[str, str]:
        """Its columns and their values, to be copied."""
        return {name: getattr(self, name) for name in COLUMNS}


COLUMNS = tuple(field.name for field in Assignment._meta.local_fields)
