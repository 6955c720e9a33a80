"""Push certificates of Apple's. The key is never shown."""

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from enrollment.actions.authorities import BadPushCertificate, import_push_certificate
from enrollment.admin.upload import BadUpload, UploadAdmin, UploadForm, password_of, uploaded
from enrollment.models import PushCertificate
from sites_config.admin.scoped import BY_SITE


class PushForm(UploadForm):
    certificate = forms.FileField(help_text="The PEM file from Apple's push certificates portal.")
    key = forms.FileField(help_text="The PEM file of its private key.")
    password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Of the key, if it has one.",
    )


@admin.register(PushCertificate)
class PushCertificateAdmin(UploadAdmin):
    """Its subject's UID is the Topic of every profile; the renewed certificate has the same one."""

    upload_form = PushForm
    upload_words = (
        "Renew with the same Apple Account: the topic must stay the same, or devices have to enroll anew."
    )
    list_display = ("topic", "site", "not_after", "is_demo")
    list_filter = (BY_SITE, "not_after")
    search_fields = ("topic",)
    fields = ("site", "topic", "not_after", "created_at", "is_demo")
    list_select_related = ("site",)
    ordering = ("not_after",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Devices listen to its topic for years."""
        return False

    def upload(self, form: UploadForm) -> PushCertificate:
        try:
            return import_push_certificate(
                site=form.cleaned_data["site"],
                certificate_pem=uploaded(form, "certificate"),
                key_pem=uploaded(form, "key"),
                password=password_of(form),
                now=timezone.now(),
            )
        except BadPushCertificate as reason:
            raise BadUpload(str(reason)) from None
