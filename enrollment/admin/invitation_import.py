"""Invitations from a file that somebody uploads: first what would happen, then the same once more for good.

In between the file waits in the cache, encrypted and for an hour, so that nobody has to choose it a second time.
"""

import secrets
import zlib
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.sites.models import Site
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from enrollment.actions.invitation_file import (
    COLUMNS,
    MAX_BYTES,
    BadFile,
    Bind,
    Imported,
    Terms,
    import_invitations,
)  # fmt: skip
from enrollment.actions.invitation_states import InvitationState
from enrollment.admin.invitation_form import within_reason
from enrollment.models import Invitation
from enrollment.models.invitation import LIVES
from sites_config.admin.buttons import actor
from sites_config.admin.pages import form_page
from sites_config.admin.scoping import for_user
from sites_config.models import SiteConfiguration
from sites_config.secrets import Undecryptable, decrypt, encrypt

KEPT_SECONDS = 3600
MOST_ROWS = 10_000  # more would take longer than a page may
TITLE = "Import invitations"
WORDS = (
    f"A CSV file with a header row, an invitation a row. Columns: {', '.join(COLUMNS)}. Commas, semicolons or tabs. "
    "Whoever has an open invitation at the site already is skipped. First you see what would happen."
)
SAMPLE = 10


def _day_and_time() -> forms.SplitDateTimeWidget:
    return forms.SplitDateTimeWidget(date_attrs={"type": "date"}, time_attrs={"type": "time"})


class ImportForm(forms.Form):
    site = forms.ModelChoiceField(queryset=Site.objects.none())
    file = forms.FileField(label="CSV file", required=False)
    kept = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    invited_by = forms.CharField(
        required=False, max_length=100, help_text="Who invites, as the page names them."
    )
    login_required = forms.BooleanField(required=False, initial=True)
    ask_for_agreement = forms.BooleanField(required=False)
    with_pin = forms.BooleanField(label="a PIN for each", required=False)
    bind = forms.ChoiceField(
        label="bound to",
        choices=[
            (Bind.NOTHING, "nothing: whoever has the link"),
            (Bind.PERSON, "the user name of the row"),
            (Bind.EMAIL, "the e-mail address of the row"),
            (Bind.SERIAL, "the serial number of the row"),
        ],
    )
    max_uses = forms.IntegerField(
        label="devices for each", required=False, min_value=1, max_value=10**6, initial=1,
        help_text="Blank: as many as they like.",
    )  # fmt: skip
    not_before = forms.SplitDateTimeField(
        label="valid from", required=False, widget=_day_and_time(), validators=[within_reason]
    )
    expires_at = forms.SplitDateTimeField(
        label="valid until", required=False, widget=_day_and_time(), validators=[within_reason],
        help_text="In the time zone of the site.",
    )  # fmt: skip
    send = forms.BooleanField(label="send the e-mails at once", required=False)

    def terms(self) -> Terms:
        """In the time zone of the site, whatever the page's was."""
        values = self.cleaned_data
        zone = SiteConfiguration.for_site(values["site"].pk).time_zone
        begins, ends = (
            value.replace(tzinfo=zone) if value else None
            for value in (values["not_before"], values["expires_at"])
        )
        return Terms(
            login_required=values["login_required"],
            ask_for_agreement=values["ask_for_agreement"],
            max_uses=values["max_uses"],
            not_before=begins,
            expires_at=ends,
            invited_by=values["invited_by"],
            bind=Bind(values["bind"]),
            with_pin=values["with_pin"],
        )


def import_view(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """``model_admin``: the one of invitations, whose rights count."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    form = _form(model_admin, request)
    if request.method == "POST" and form.is_valid():
        content = _content(request, form)
        if content is None:
            form.add_error("file", "Choose the file.")
        else:
            answer = _asked(model_admin, request, form, content)
            if answer is not None:
                return answer
    return _page(model_admin, request, form, press="See what would happen")


def _form(model_admin: Any, request: HttpRequest) -> ImportForm:
    sent, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    week = timezone.now() + LIVES
    form = ImportForm(sent, files, initial={"site": request.GET.get("site"), "expires_at": week})
    open_sites = Site.objects.exclude(configuration__archived=True).order_by("name")
    sites = for_user(open_sites, request.user, change=True, also=model_admin.also)
    form.fields["site"].queryset = sites  # type: ignore[attr-defined]
    return form


def _asked(model_admin: Any, request: HttpRequest, form: ImportForm, content: bytes) -> HttpResponse | None:
    """None: the file is not good, and the form says why."""
    for_good = "really" in request.POST and not form.cleaned_data["file"]
    if for_good and not cache.delete(_key(request, form.cleaned_data["kept"])):
        form.add_error("file", "The invitations of this file were just made.")  # the second of two clicks
        return None
    try:
        if len(content) > MAX_BYTES or _lines(content) > MOST_ROWS + 1:
            raise BadFile(f"Here up to {MOST_ROWS} rows; for more there is: manage.py invite --csv")
        done = import_invitations(
            content,
            site=form.cleaned_data["site"],
            terms=form.terms(),
            created_by=actor(request),
            now=timezone.now(),
            dry_run=not for_good,
        )
    except BadFile as error:
        form.add_error("file", list(str(error).split("\n")))
        return None
    if not for_good:
        return _page(
            model_admin, request, _keeping(request, form, content), press="Make them", found=_found(done)
        )
    return _made(model_admin, request, form, done)


def _lines(content: bytes) -> int:
    """Whatever ends them: older programs write \\r alone."""
    return max(content.count(b"\n"), content.count(b"\r"))


def _made(model_admin: Any, request: HttpRequest, form: ImportForm, done: Imported) -> HttpResponse:
    messages.success(request, f"{len(done.made)} invitations made, {done.skipped} skipped.")
    if form.cleaned_data["send"] and done.made:
        model_admin.send(request, done.made)
    return redirect(reverse("admin:enrollment_invitation_changelist"))


def _found(done: Imported) -> list[tuple[str, str]]:
    """What would happen, with the first rows as they were understood."""
    found = [("Would be made", str(len(done.made)))]
    if done.skipped:
        found.append(("Skipped", f"{done.skipped}: they have an open invitation already"))
    return [*found, *((row.name, _in_words(row)) for row in done.made[:SAMPLE])]


def _in_words(row: Invitation) -> str:
    only = row.only_user_name or row.only_email or row.only_serial_number
    parts = (
        row.assigned_full_name,
        row.email,
        f"only for {only}" if only else "",
        "PIN" * bool(row.pin_encrypted),
    )
    return ", ".join(filter(None, parts)) or InvitationState.CREATED.label


def _page(
    model_admin: Any,
    request: HttpRequest,
    form: ImportForm,
    *,
    press: str,
    found: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    return form_page(
        model_admin,
        request,
        title=TITLE,
        words=WORDS,
        form=form,
        press=press,
        press_name="really" if found else "",
        found=found or (),
        back=reverse("admin:enrollment_invitation_changelist"),
    )


def _content(request: HttpRequest, form: ImportForm) -> bytes | None:
    """Of the file that was chosen now, else of the one before; None for neither."""
    if form.cleaned_data["file"]:
        return bytes(form.cleaned_data["file"].read(MAX_BYTES + 1))
    kept = cache.get(_key(request, form.cleaned_data["kept"])) if form.cleaned_data["kept"] else None
    try:
        return zlib.decompress(decrypt(kept)) if kept else None
    except (Undecryptable, zlib.error):
        return None


def _keeping(request: HttpRequest, form: ImportForm, content: bytes) -> ImportForm:
    """The same form, with the key of the kept file in place of the file."""
    token = secrets.token_urlsafe(32)
    cache.set(_key(request, token), encrypt(zlib.compress(content)), KEPT_SECONDS)
    form.data = {**form.data.dict(), "kept": token}  # type: ignore[attr-defined]  # a QueryDict
    return form


def _key(request: HttpRequest, token: str) -> str:
    """Of this person alone."""
    return f"invitation-file-{request.user.pk}-{token}"
