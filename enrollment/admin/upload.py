"""Rows that are made from files somebody uploads, on a page of their own: reading them takes longer than a
transaction should."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.sites.models import Site
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from sites_config.admin.buttons import actor
from sites_config.admin.pages import form_page
from sites_config.admin.scoped import ScopedAdmin
from sites_config.admin.scoping import for_user
from sites_config.told_changes import told_changes


class BadUpload(Exception):
    """The text says what is wrong, beside the form."""


class SecretTextarea(forms.Textarea):
    """What was pasted never comes back in a page, as with a password."""

    def __init__(self) -> None:
        super().__init__({"rows": 12, "cols": 70, "autocomplete": "off", "spellcheck": "false"})

    def format_value(self, value: object) -> str:
        return ""


class UploadForm(forms.Form):
    site = forms.ModelChoiceField(queryset=Site.objects.none())

    def __init__(self, *args: Any, sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]


class UploadAdmin(ScopedAdmin):
    """``upload`` makes the row."""

    addable = deletable = True
    upload_form: ClassVar[type[UploadForm]]
    upload_words: ClassVar[str]

    def upload(self, form: UploadForm) -> Model:
        """Of valid values. Raises BadUpload."""
        raise NotImplementedError

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        open_sites = Site.objects.exclude(configuration__archived=True).order_by("name")
        sites = for_user(open_sites, request.user, change=True)
        sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = self.upload_form(*sent, sites=sites, initial={"site": request.GET.get("site")})
        if form.is_valid():
            site = form.cleaned_data["site"]
            try:
                with told_changes(site, self.model, user=actor(request), now=timezone.now()):
                    row = self.upload(form)
            except BadUpload as reason:
                form.add_error(None, str(reason))
            else:
                messages.success(request, f"Imported: {row}.")
                return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))
        return form_page(
            self,
            request,
            title=f"Import {self.opts.verbose_name}",
            words=self.upload_words,
            form=form,
            press="Import",
            back=reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"),
        )

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """None for many at once: each deletion is worth a look."""
        return {}


def uploaded(form: UploadForm, name: str) -> bytes:
    """The bytes of a file, b"" for none."""
    file = form.cleaned_data.get(name)
    return bytes(file.read()) if file else b""


def password_of(form: UploadForm) -> bytes | None:
    return form.cleaned_data["password"].encode() or None
