"""Privileges of staff, a row for each site and privilege; and the sets in which they are mostly given."""

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db import models


class Privilege(models.TextChoices):
    """Named as Jamf Pro names them, where it has the same."""

    ENROLL_MOBILE_DEVICES = "enroll-mobile-devices", "Enroll Mobile Devices"
    ASSIGN_USERS = "assign-users", "Assign Users to Mobile Devices"
    MANAGE_INVITATIONS = "manage-invitations", "Make, change and revoke invitations"
    SEE_INVITATION_LINKS = "see-invitation-links", "See invitation links"
    HELP_PEOPLE = "help-people", "Help people enroll: cancel, release, new link, code"
    VIEW_SITE = "view-site", "View everything of the site in admin"
    ADMINISTER_SITE = "administer-site", "Administer the site"


class PrivilegeSet(models.TextChoices):
    """Named as Jamf Pro names its privilege sets, and one for the help desk. Only a short way of giving rows."""

    ADMINISTRATOR = "set:administrator", "Administrator"
    AUDITOR = "set:auditor", "Auditor"
    ENROLLMENT_ONLY = "set:enrollment-only", "Enrollment Only"
    HELP_DESK = "set:help-desk", "Help Desk"


_ENROLLMENT = frozenset(
    {
        Privilege.ENROLL_MOBILE_DEVICES,
        Privilege.ASSIGN_USERS,
        Privilege.MANAGE_INVITATIONS,
        Privilege.SEE_INVITATION_LINKS,
    }
)
SETS: Mapping[PrivilegeSet, frozenset[Privilege]] = {
    PrivilegeSet.ADMINISTRATOR: frozenset(Privilege),
    PrivilegeSet.AUDITOR: frozenset({Privilege.VIEW_SITE}),
    PrivilegeSet.ENROLLMENT_ONLY: _ENROLLMENT,
    PrivilegeSet.HELP_DESK: _ENROLLMENT | {Privilege.VIEW_SITE, Privilege.HELP_PEOPLE},
}


def described(privileges: Iterable[str]) -> str:
    """The name of the set that these are, else the names of the single ones."""
    held = frozenset(privileges)
    named = next((each.label for each, members in SETS.items() if members == held), "")
    return named or ", ".join(each.label for each in Privilege if each in held)


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
