"""The form of an invitation."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.actions.pins import new_pin, sealed
from enrollment.models import Invitation
from sites_config.admin.scoped import RowForm

NEEDS_LOGIN = "Only who logs in can be told from others: tick “Login required”, or leave this blank."
JUST_MADE = "The same invitation was made a moment ago, as by the first of two clicks: it stands in the list."
A_MOMENT = timedelta(seconds=10)
_ONE_AND_THE_SAME = (
    "name",
    "email",
    "phone",
    "assigned_user_name",
    "assigned_full_name",
    "only_serial_number",
)
YEARS = range(2000, 3000)


def within_reason(moment: datetime) -> None:
    """Nearer to the ends of the calendar a time zone, or a week more, leads beyond them. Raises ValidationError."""
    if moment.year not in YEARS:
        raise forms.ValidationError("Leave it blank for an invitation without such a limit.")


def just_made(values: Mapping[str, Any], *, now: datetime) -> bool:
    """Call it in a transaction: two at once wait for each other."""
    site = Site.objects.select_for_update(no_key=True).filter(pk=getattr(values.get("site"), "pk", 0)).first()
    same = {name: values.get(name, "") for name in _ONE_AND_THE_SAME}
    return Invitation.objects.filter(site=site, created_at__gt=now - A_MOMENT, **same).exists()


class InvitationForm(RowForm):
    with_pin = forms.BooleanField(
        label="Ask for a PIN",
        required=False,
        help_text="Six digits, shown with the link. Tell them in another way than the link. For one person, not for a "
        "poster: after 5 wrong tries, whoever typed them, the invitation gets a new link, and the old one is dead for "
        "everybody.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields.keys() & {"not_before", "expires_at"}:
            self.fields[name].validators.append(within_reason)
        if "with_pin" in self.fields:
            self.fields["with_pin"].initial = self.instance.pin_encrypted is not None

    def clean_expires_at(self) -> datetime | None:
        """An end in the past is no way to end one: Revoke also stops the attempts under way."""
        ends: datetime | None = self.cleaned_data["expires_at"]
        if ends is not None and "expires_at" in self.changed_data and ends <= timezone.now():
            raise forms.ValidationError("This is past already. To end an invitation now, revoke it.")
        return ends

    def clean_max_uses(self) -> int | None:
        uses: int | None = self.cleaned_data["max_uses"]
        if uses == 0:
            raise forms.ValidationError("One at least; leave it blank for as many as you like.")
        taken = self.instance.uses_held + self.instance.uses_spent
        if uses is not None and uses < taken:
            raise forms.ValidationError(f"{taken} uses are already taken.")
        return uses

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        begins, ends = values.get("not_before"), values.get("expires_at")
        if begins and ends and begins >= ends:
            self.add_error("not_before", "It would end before it begins.")
        for name in ("only_user_name", "only_email"):
            if values.get(name) and not values.get("login_required"):
                self.add_error(name, NEEDS_LOGIN)
        if self.instance.pk is None and not self.errors and just_made(values, now=timezone.now()):
            raise forms.ValidationError(JUST_MADE)
        return values

    def set_pin(self) -> list[str]:
        """On the row, as the tick says; the names of the columns that changed."""
        has, wanted = self.instance.pin_encrypted is not None, self.cleaned_data["with_pin"]
        if has == wanted:
            return []
        self.instance.pin_encrypted = sealed(new_pin()) if wanted else None
        self.instance.pin_tries = 0
        return ["pin_encrypted", "pin_tries"]
