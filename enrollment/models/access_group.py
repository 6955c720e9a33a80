"""What the people of a directory group may do: whose devices, at which sites, with or without the agreement."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

LONGEST = 300  # characters; DNs are long


class AccessGroup(models.Model):
    """A rule of a site for people of directories; staff have privileges instead.

    Its group never changes once it is saved: enrollments keep the id of a rule that matched, not the group.
    """

    site = models.ForeignKey("sites.Site", on_delete=models.CASCADE, related_name="access_groups")
    everybody = models.BooleanField(
        "all directory users",
        default=False,
        help_text="Whoever logs in with a directory, whatever their groups.",
    )
    group_id = models.CharField(
        "group ID",
        max_length=LONGEST,
        blank=True,
        help_text="As the directory gives it, such as an objectGUID; it survives when the group is renamed.",
    )
    group_name = models.CharField(
        max_length=LONGEST,
        blank=True,
        help_text="Compared without regard to case where there is no ID; with one, only for your own lists.",
    )
    deny = models.BooleanField(
        "may not enroll", default=False, help_text="Wins over every other rule that matches."
    )
    institutional = models.BooleanField("may enroll institutionally owned devices", default=True)
    personal = models.BooleanField("may enroll personally owned devices", default=False)
    agreement = models.BooleanField("must accept the license agreement", default=True)
    sites = models.ManyToManyField(
        "sites.Site",
        blank=True,
        related_name="+",
        verbose_name="sites to choose from",
        help_text="Of the rule's own site and those that belong to it. None: every one.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["site", "-everybody", "group_name", "group_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["site"],
                condition=Q(everybody=True),
                name="access_group_everybody_once",
                violation_error_message="This site has a rule for all directory users already.",
            ),
            models.UniqueConstraint(
                fields=["site", "group_id"],
                condition=~Q(group_id=""),
                name="access_group_id_once",
                violation_error_message="This site has a rule for the group with this ID already.",
            ),
            models.UniqueConstraint(
                "site",
                Lower("group_name"),
                condition=Q(group_id="", everybody=False),
                name="access_group_name_once",
                violation_error_message="This site has a rule for the group with this name already.",
            ),
        ]

    def __str__(self) -> str:
        return "All directory users" if self.everybody else self.group_name or self.group_id

    def named_as_stored(self) -> None:
        """Without what people copy along: blanks, braces, capitals of a GUID."""
        self.group_id, self.group_name = _as_directories_say(self.group_id.strip()), self.group_name.strip()

    def clean(self) -> None:
        """Refuses a rule that names nobody, names two things at once or says nothing."""
        self.named_as_stored()
        errors: dict[str, Any] = {}
        if self.everybody and (self.group_id or self.group_name):
            errors["everybody"] = "Either all directory users or one group."
        if not (self.everybody or self.group_id or self.group_name):
            errors["group_name"] = "Name the group, give its ID, or tick “all directory users”."
        if self.deny and (self.institutional or self.personal):
            errors["deny"] = "A rule that denies can't let anybody in: take away the other ticks."
        if not (self.deny or self.institutional or self.personal or self.agreement):
            errors["institutional"] = "The rule says nothing: tick what these people may or must do."
        if errors:
            raise ValidationError(errors)


def _as_directories_say(group_id: str) -> str:
    """A GUID may be copied with braces and in capitals."""
    try:
        return str(uuid.UUID(group_id)) if "-" in group_id else group_id
    except ValueError:
        return group_id
