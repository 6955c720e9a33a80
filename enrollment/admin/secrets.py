"""Rows with secrets: entered and never shown again, and gone when they would be sent somewhere else."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest

from sites_config.admin.buttons import AdminWithButtons
from sites_config.admin.scoped import RowForm
from sites_config.secrets import encrypt

AS_IT_IS = "Never shown. Blank: as it is."


def secret_field(help_text: str = "", widget: forms.Widget | None = None) -> forms.CharField:
    """Of a password, every blank of which counts, or with ``SecretTextarea`` of a key."""
    shown_as = widget or forms.PasswordInput(attrs={"autocomplete": "off"})
    return forms.CharField(
        required=False,
        strip=widget is not None,
        widget=shown_as,
        help_text=f"{help_text} {AS_IT_IS}".strip(),
    )


class SecretsForm(RowForm):
    """``secrets``: the form's field, and the column that keeps it encrypted."""

    secrets: ClassVar[dict[str, str]] = {}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.secrets:
            if cleaned.get(name) and "\0" in cleaned[name]:
                raise forms.ValidationError({name: "It contains a character that no password has."})
        return cleaned


class SecretsAdmin(AdminWithButtons):
    """``goes_elsewhere``: whoever could change one of these columns could have the stored secrets sent to a server of
    their own."""

    form: type[SecretsForm]
    goes_elsewhere: ClassVar[tuple[str, ...]] = ()

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        if change and self._goes_elsewhere(obj):
            stored = [column for column in form.secrets.values() if getattr(obj, column)]
            for column in stored:
                setattr(obj, column, b"")
            if stored and not any(form.cleaned_data.get(name) for name in form.secrets):
                messages.warning(request, "It goes to another place now: enter its secrets once more.")
        for name, column in form.secrets.items():
            if form.cleaned_data.get(name):
                setattr(obj, column, encrypt(form.cleaned_data[name].encode()))
        obj.save()

    def _goes_elsewhere(self, row: Model) -> bool:
        """Compared without the blanks around, which forms take away."""
        before = type(row)._default_manager.get(pk=row.pk)
        return any(
            str(getattr(before, name)).strip() != str(getattr(row, name)).strip()
            for name in self.goes_elsewhere
        )
