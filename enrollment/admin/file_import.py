"""Rows from a file that somebody uploads: first what would happen, then the same once more for good.

In between the file waits in the cache, encrypted and for an hour, so that nobody has to choose it a second time.
"""

import secrets
import zlib
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from django import forms
from django.contrib import messages
from django.contrib.sites.models import Site
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from enrollment.actions.tables import MAX_BYTES, MAX_ROWS, BadFile
from sites_config.admin.pages import form_page
from sites_config.admin.scoped import ScopedAdmin
from sites_config.admin.scoping import for_user
from sites_config.middleware.requests import LARGEST_BODY
from sites_config.secrets import Undecryptable, decrypt, encrypt

KEPT_SECONDS = 3600
MEGABYTE = 1024 * 1024
MOST_ROWS = 10_000  # more would take longer than a page may
SAMPLE = 10

Form = TypeVar("Form", bound="FileForm")
Done = TypeVar("Done")


class FileForm(forms.Form):
    site = forms.ModelChoiceField(queryset=Site.objects.none())
    file = forms.FileField(label="CSV file", required=False)
    kept = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class FileImport(Generic[Form, Done]):
    """The page of one kind of rows. ``model_admin``: the one of these rows, whose rights count."""

    form_class: type[Form]
    title: ClassVar[str]
    words: ClassVar[str]
    press: ClassVar[str]
    # For files that are too large here: this page takes what a request may bring.
    command: ClassVar[str]

    def __init__(self, model_admin: Any) -> None:
        self.model_admin = model_admin
        name = model_admin.opts
        self.back = reverse(f"admin:{name.app_label}_{name.model_name}_changelist")
        self.kind = name.model_name

    def do(self, request: HttpRequest, form: Form, content: bytes, *, dry_run: bool) -> Done:
        """Of valid values. Raises BadFile."""
        raise NotImplementedError

    def found(self, done: Done) -> Sequence[tuple[str, str]]:
        """What would happen, with the first rows as they were understood."""
        raise NotImplementedError

    def done(self, request: HttpRequest, form: Form, done: Done) -> HttpResponse:
        """It happened."""
        raise NotImplementedError

    def tell_notes(self, request: HttpRequest, notes: Sequence[tuple[str, str]]) -> None:
        """(label, text) of how the file was read, above the list."""
        for label, text in notes:
            messages.info(request, f"{label}: {text}.")

    def initial(self, request: HttpRequest) -> dict[str, Any]:
        return {"site": request.GET.get("site")}

    def view(self, request: HttpRequest) -> HttpResponse:
        if not self.model_admin.has_add_permission(request):
            raise PermissionDenied
        form = self._form(request)
        if request.method == "POST" and form.is_valid():
            content = self._content(request, form)
            answer = None if content is None else self._asked(request, form, content)
            if answer is not None:
                return answer
            if content is None:
                form.add_error("file", "Choose the file.")
        return self._page(request, form, press="See what would happen")

    def _form(self, request: HttpRequest) -> Form:
        sent, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = self.form_class(sent, files, initial=self.initial(request))
        open_sites = Site.objects.exclude(configuration__archived=True).order_by("name")
        sites = for_user(open_sites, request.user, change=True, also=self.model_admin.also)
        form.fields["site"].queryset = sites  # type: ignore[attr-defined]
        return form

    def _asked(self, request: HttpRequest, form: Form, content: bytes) -> HttpResponse | None:
        """None: the file is not good, and the form says why."""
        for_good = "really" in request.POST and not form.cleaned_data["file"]
        if for_good and not cache.delete(self._key(request, form.cleaned_data["kept"])):
            form.add_error("file", "The rows of this file were just taken.")  # the second of two clicks
            return None
        try:
            if _lines(content) > MOST_ROWS + 1:
                raise BadFile(self._limits())
            done = self.do(request, form, content, dry_run=not for_good)
        except BadFile as error:
            form.add_error("file", list(str(error).split("\n")))
            return None
        if not for_good:
            return self._page(
                request, self._keeping(request, form, content), press=self.press, found=self.found(done)
            )
        return self.done(request, form, done)

    def _page(
        self, request: HttpRequest, form: Form, *, press: str, found: Sequence[tuple[str, str]] = ()
    ) -> HttpResponse:
        return form_page(
            self.model_admin,
            request,
            title=self.title,
            words=f"{self.words} {self._limits()}",
            form=form,
            press=press,
            press_name="really" if found else "",
            found=found,
            back=self.back,
        )

    def _limits(self) -> str:
        here = f"Here up to {MOST_ROWS:,} rows and {LARGEST_BODY // MEGABYTE} MB"
        return (
            f"{here}; up to {MAX_ROWS:,} rows and {MAX_BYTES // MEGABYTE} MB by the operator: {self.command}"
        )

    def _content(self, request: HttpRequest, form: Form) -> bytes | None:
        """Of the file that was chosen now, else of the one before; None for neither."""
        if form.cleaned_data["file"]:
            return bytes(form.cleaned_data["file"].read())
        kept = form.cleaned_data["kept"] and cache.get(self._key(request, form.cleaned_data["kept"]))
        try:
            return zlib.decompress(decrypt(kept)) if kept else None
        except (Undecryptable, zlib.error):
            return None

    def _keeping(self, request: HttpRequest, form: Form, content: bytes) -> Form:
        """The same form, with the key of the kept file in place of the file."""
        token = secrets.token_urlsafe(32)
        cache.set(self._key(request, token), encrypt(zlib.compress(content)), KEPT_SECONDS)
        form.data = {**form.data.dict(), "kept": token}  # type: ignore[attr-defined]  # a QueryDict
        return form

    def _key(self, request: HttpRequest, token: str) -> str:
        """Of this person and this page alone."""
        return f"{self.kind}-file-{request.user.pk}-{token}"


def _lines(content: bytes) -> int:
    """Whatever ends them: older programs write \\r alone."""
    return max(content.count(b"\n"), content.count(b"\r"))


class WithImport(ScopedAdmin):
    """The list leads to the page."""

    file_import: type[FileImport[Any, Any]]
    change_list_template = "admin/enrollment/list_with_import.html"

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_import"
        return [path("import/", self.admin_site.admin_view(self.import_view), name=name), *super().get_urls()]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        return self.file_import(self).view(request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_import")
        shown = {"import_url": url if self.has_add_permission(request) else ""}
        return super().changelist_view(request, {**(extra_context or {}), **shown})
