"""A person of a site's own directory: the kind of directory that is a table here."""

import unicodedata

from django.core.exceptions import ValidationError
from django.db import models

from enrollment.models.folded import folded_index


def folded(user_name: str) -> str:
    """What user names are compared by: neither capitals nor the way an accent was typed make a difference."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", user_name.strip()).casefold())


class Person(models.Model):
    """Found by the exact user name. The other fields are copied to the device that is assigned to them."""

    site = models.ForeignKey("sites.Site", on_delete=models.PROTECT, related_name="people")
    user_name = models.CharField(max_length=150)
    user_name_folded = models.CharField(max_length=300, editable=False)
    full_name = models.CharField(max_length=150, blank=True)
    email = models.EmailField("e-mail", blank=True)
    department = models.CharField(max_length=100, blank=True)
    building = models.CharField(max_length=100, blank=True)
    room = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    position = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name_plural = "people"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "user_name_folded"], name="one_person_per_site_and_user_name"
            )
        ]
        indexes = [
            folded_index("user_name_folded", "person_user_name"),
            folded_index("full_name", "person_full_name"),
            folded_index("email", "person_email"),
            models.Index(fields=["user_name", "id"], name="person_list"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.user_name

    def save(self, *args: object, **kwargs: object) -> None:
        self.user_name_folded = folded(self.user_name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def clean(self) -> None:
        """Names the person who has the user name already, which the database would only refuse."""
        same = Person.objects.filter(site=self.site_id, user_name_folded=folded(self.user_name))
        other = same.exclude(pk=self.pk).first()
        if other is not None:
            raise ValidationError({"user_name": f"{other} has this user name already."})
