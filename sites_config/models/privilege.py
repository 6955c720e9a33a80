"""Privileges of staff, a row for each site and privilege."""

from django.conf import settings
from django.db import models


class Privilege(models.TextChoices):
    """Named as Jamf Pro names them, where it has the same."""

    ENROLL_MOBILE_DEVICES = "enroll-mobile-devices", "Enroll Mobile Devices"
    ASSIGN_USERS = "assign-users", "Assign Users to Mobile Devices"
    SEE_INVITATION_LINKS = "see-invitation-links", "See invitation links"
    VIEW_SITE = "view-site", "View everything of the site in admin"
    ADMINISTER_SITE = "administer-site", "Administer the site"


class SitePrivilege(models.Model):
    """One privilege of one user at one site; a privilege at a parent counts for its children too."""

    site = models.ForeignKey("sites.Site", on_delete=models.CASCADE, related_name="privileges")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="site_privileges"
    )
    privilege = models.CharField(max_length=40, choices=Privilege.choices)

    class Meta:
        verbose_name = "privilege"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "user", "privilege"], name="one_row_per_site_user_privilege"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_privilege_display()} at {self.site}"
