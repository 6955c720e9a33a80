"""Invitations from a file that somebody uploads."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from enrollment.actions.invitation_file import COLUMNS, Bind, Imported, Terms, import_invitations
from enrollment.actions.invitation_states import InvitationState
from enrollment.admin.file_import import SAMPLE, FileForm, FileImport
from enrollment.admin.invitation_form import within_reason
from enrollment.models.invitation import LIVES
from sites_config.admin.buttons import actor
from sites_config.admin.zones import in_zone_of

NOT_BOUND = (
    "any device can use these invitations. To have each used by its device alone, choose “bound to the serial number "
    "of the row”."
)


def _day_and_time() -> forms.SplitDateTimeWidget:
    return forms.SplitDateTimeWidget(date_attrs={"type": "date"}, time_attrs={"type": "time"})


class ImportForm(FileForm):
    invited_by = forms.CharField(
        required=False, max_length=100, help_text="Who invites, as the page names them."
    )
    login_required = forms.BooleanField(required=False, initial=True)
    ask_for_agreement = forms.BooleanField(required=False)
    with_pin = forms.BooleanField(label="A PIN for each", required=False)
    bind = forms.ChoiceField(
        label="Bound to",
        choices=[
            (Bind.NOTHING, "nothing: whoever has the link"),
            (Bind.PERSON, "the user name of the row"),
            (Bind.EMAIL, "the e-mail address of the row"),
            (Bind.SERIAL, "the serial number of the row"),
        ],
    )
    max_uses = forms.IntegerField(
        label="Devices for each", required=False, min_value=1, max_value=10**6, initial=1,
        help_text="Blank: as many as they like.",
    )  # fmt: skip
    not_before = forms.SplitDateTimeField(
        label="Valid from", required=False, widget=_day_and_time(), validators=[within_reason]
    )
    expires_at = forms.SplitDateTimeField(
        label="Valid until", required=False, widget=_day_and_time(), validators=[within_reason],
        help_text="In the time zone of the site.",
    )  # fmt: skip
    send = forms.BooleanField(label="Send the e-mails at once", required=False)

    def terms(self) -> Terms:
        values = self.cleaned_data
        return Terms(
            login_required=values["login_required"],
            ask_for_agreement=values["ask_for_agreement"],
            max_uses=values["max_uses"],
            not_before=values["not_before"],
            expires_at=values["expires_at"],
            invited_by=values["invited_by"],
            bind=Bind(values["bind"]),
            with_pin=values["with_pin"],
        )


class InvitationImport(FileImport[ImportForm, Imported]):
    form_class = ImportForm
    title = "Import invitations"
    words = (
        f"A CSV file with a header row, an invitation a row. Columns: {', '.join(COLUMNS)}. Commas, semicolons or "
        "tabs; other columns are left out. Whoever has an open invitation at the site already is skipped. First you "
        "see what would happen."
    )
    press = "Make them"
    command = "manage.py invite --csv"

    def view(self, request: HttpRequest) -> HttpResponse:
        shown = super().view
        site_id = request.POST.get("site") or request.GET.get("site")
        answer: HttpResponse = in_zone_of(site_id, lambda: shown(request))
        return answer

    def initial(self, request: HttpRequest) -> dict[str, Any]:
        return super().initial(request) | {"expires_at": timezone.now() + LIVES}

    def do(self, request: HttpRequest, form: ImportForm, content: bytes, *, dry_run: bool) -> Imported:
        return import_invitations(
            content,
            site=form.cleaned_data["site"],
            terms=form.terms(),
            created_by=actor(request),
            now=timezone.now(),
            dry_run=dry_run,
        )

    def found(self, done: Imported) -> list[tuple[str, str]]:
        found = [("Would be made", str(len(done.rows)))]
        if done.skipped:
            found.append(("Skipped", f"{done.skipped}: they have an open invitation already"))
        if done.idle_serials:
            found.append(("Serial numbers", f"{done.idle_serials} without effect: {NOT_BOUND}"))
        return [*found, *done.notes, *((row["name"], _in_words(row)) for row in done.rows[:SAMPLE])]

    def done(self, request: HttpRequest, form: ImportForm, done: Imported) -> HttpResponse:
        messages.success(request, f"{len(done.rows)} invitations made, {done.skipped} skipped.")
        if done.idle_serials:
            messages.warning(request, f"{done.idle_serials} serial numbers are without effect: {NOT_BOUND}")
        self.tell_notes(request, done.notes)
        if form.cleaned_data["send"] and done.keys:
            self.model_admin.send(request, done.keys)
        return redirect(self.back)


def _in_words(row: Mapping[str, Any]) -> str:
    only = row["only_user_name"] or row["only_email"] or row["only_serial_number"]
    parts = (
        row["assigned_full_name"],
        row["email"],
        f"only for {only}" if only else "",
        "PIN" * bool(row["pin_encrypted"]),
    )
    return ", ".join(filter(None, parts)) or InvitationState.CREATED.label
