"""An LDAP directory of an institution: how to reach it, and which of its attributes mean what."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class DirectoryKind(models.TextChoices):
    """What a new server's settings begin with; nothing else depends on it."""

    ACTIVE_DIRECTORY = "active-directory", "Active Directory"
    OPENLDAP = "openldap", "OpenLDAP"
    GOOGLE = "google", "Google Secure LDAP"
    CUSTOM = "custom", "Another LDAP directory"


class Tls(models.TextChoices):
    """Passwords never travel in clear."""

    LDAPS = "ldaps", "LDAPS (TLS from the first byte)"
    STARTTLS = "starttls", "StartTLS"


class GroupKind(models.TextChoices):
    """How a directory says who is in a group."""

    NAMES = "group-of-names", "The group names its members (member)"
    UNIQUE_NAMES = "group-of-unique-names", "The group names its members (uniqueMember)"
    POSIX = "posix-group", "The group names user names (posixGroup, memberUid)"
    MEMBER_OF = "member-of", "The person names their groups (memberOf)"
    IN_CHAIN = "in-chain", "Active Directory (member, groups within groups by the server)"


# The fields of an entry (enrollment/directories/entry.py), and the column that names their attribute.
ATTRIBUTES = {
    "external_id": "id_attribute",
    "user_name": "user_name_attribute",
    "full_name": "full_name_attribute",
    "email": "email_attribute",
    "department": "department_attribute",
    "building": "building_attribute",
    "room": "room_attribute",
    "phone": "phone_attribute",
    "position": "position_attribute",
}
# Whoever could change one of these could have the stored secrets sent to a server of their own.
GOES_ELSEWHERE = ("hosts", "tls", "ca_pem")
USER = "%(user)s"
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?")


def _attribute(default: str = "", help_text: str = "") -> "models.CharField[str, str]":
    return models.CharField(max_length=60, blank=not default, default=default, help_text=help_text)


class DirectoryServer(models.Model):
    """Several of a site are asked in the order of ``position``; a child site is served by its parent's too."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="directory_servers")
    name = models.CharField(max_length=100, help_text="For your own lists and for the timeline.")
    kind = models.CharField(max_length=20, choices=DirectoryKind.choices, default=DirectoryKind.OPENLDAP)
    enabled = models.BooleanField(default=True)
    sign_in = models.BooleanField(
        "people may log in", default=True, help_text="Off: it only finds the users of devices."
    )
    position = models.PositiveSmallIntegerField(default=1, help_text="Asked in this order.")

    hosts = models.CharField(
        max_length=300,
        help_text="Host names, separated by blanks, with :port where it isn't the usual one; the next one is asked "
        "when one can't be reached.",
    )
    tls = models.CharField("encryption", max_length=10, choices=Tls.choices, default=Tls.LDAPS)
    ca_pem = models.TextField(
        "CA certificate",
        blank=True,
        help_text="PEM, of the authority that signed the server's certificate. Blank: the public ones.",
    )
    client_certificate_pem = models.TextField(
        "client certificate", blank=True, help_text="PEM; Google Secure LDAP asks for one."
    )
    client_key_encrypted = models.BinaryField(default=b"", editable=False)
    bind_dn = models.CharField(
        "bind DN", max_length=300, blank=True, help_text="Of the account that searches."
    )
    bind_password_encrypted = models.BinaryField(default=b"", editable=False)

    user_base = models.CharField(
        "search base", max_length=300, help_text="Such as ou=people,dc=example,dc=org."
    )
    user_filter = models.CharField(
        max_length=300, default=f"(uid={USER})", help_text=f"{USER} stands for what was typed."
    )
    id_attribute = _attribute("entryUUID", help_text="Never changes, whatever becomes of the name.")
    user_name_attribute = _attribute("uid")
    full_name_attribute = _attribute("cn")
    email_attribute = _attribute("mail")
    department_attribute = _attribute("departmentNumber")
    building_attribute = _attribute()
    room_attribute = _attribute("roomNumber")
    phone_attribute = _attribute("telephoneNumber")
    position_attribute = _attribute("title")

    group_base = models.CharField(
        "search base for groups",
        max_length=300,
        blank=True,
        help_text="Such as ou=groups,dc=example,dc=org. Blank: groups are not asked for.",
    )
    group_kind = models.CharField(
        "membership", max_length=30, choices=GroupKind.choices, default=GroupKind.NAMES
    )
    group_id_attribute = _attribute("entryUUID", help_text="Never changes, whatever becomes of the name.")
    group_name_attribute = _attribute("cn")
    nested_groups = models.BooleanField(
        "groups within groups", default=True, help_text="Who is in a group is in every group that holds it."
    )

    timeout_seconds = models.PositiveSmallIntegerField(
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(15)],
        help_text="For one step of one server.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="directory_server_name_once")]
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> str:
        """Names this directory in identities, whatever its own name becomes."""
        return f"ldap:{self.pk}"

    def attribute_of(self, field: str) -> str:
        """The attribute that holds a field of an entry, "" where none does."""
        return str(getattr(self, ATTRIBUTES[field]))

    def clean(self) -> None:
        """A filter without the name would find whoever comes first."""
        odd = [each for each in self.hosts.split() if not _HOST.fullmatch(each)]
        if odd or not self.hosts.strip():
            raise ValidationError(
                {"hosts": f"A host name, with :port if need be: {' '.join(odd) or 'one at least'}."}
            )
        if USER not in self.user_filter or "%" in self.user_filter.replace(USER, ""):
            raise ValidationError({"user_filter": f"It must contain {USER}, and no other %."})
        if self.user_filter.count("(") != self.user_filter.count(")"):
            raise ValidationError({"user_filter": "The parentheses don't match."})
