"""Signing identities: uploaded, or made with an authority. The key is never shown."""

from cryptography import x509
from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from enrollment.actions.signing_identities import import_signing_identity
from enrollment.admin.upload import BadUpload, SecretTextarea, UploadAdmin, UploadForm, password_of, uploaded
from enrollment.models import SigningIdentity
from enrollment.pki.identity import BadIdentity, shows_verified
from sites_config.admin.scoped import BY_SITE


class IdentityForm(UploadForm):
    file = forms.FileField(
        required=False, help_text="PKCS#12 (.p12, .pfx), or PEM with certificates and key."
    )
    pem = forms.CharField(
        label="Or PEM",
        required=False,
        widget=SecretTextarea(),
        help_text="Certificate, intermediates and private key, in any order.",
    )
    password = forms.CharField(
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Of the key or the file, if it has one.",
    )

    def clean(self) -> None:
        super().clean()
        if bool(self.cleaned_data.get("file")) == bool(self.cleaned_data.get("pem")):
            raise forms.ValidationError("Choose a file, or paste PEM: one of the two.")


@admin.register(SigningIdentity)
class SigningIdentityAdmin(UploadAdmin):
    """The newest one that has not ended signs the profiles of its site, and of sites below without one."""

    upload_form = IdentityForm
    upload_words = (
        "Profiles signed by a certificate that Apple devices trust are shown as “Verified” in Settings: a TLS "
        "certificate of a public authority is good for that. Everything is checked before it is stored."
    )
    list_display = ("site", "subject", "verified", "authority", "not_after", "created_at")
    list_filter = (BY_SITE, "not_after")
    search_fields = ("site__name",)
    fields = ("site", "subject", "verified", "authority", "not_after", "created_at")
    readonly_fields = ("subject", "verified")
    list_select_related = ("site", "authority")
    ordering = ("not_after",)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What was made with an authority stays with it."""
        made_here = isinstance(obj, SigningIdentity) and obj.authority_id is not None
        return not made_here and super().has_delete_permission(request, obj)

    def upload(self, form: UploadForm) -> SigningIdentity:
        content = uploaded(form, "file") or form.cleaned_data["pem"].encode()
        try:
            return import_signing_identity(
                site=form.cleaned_data["site"],
                content=content,
                password=password_of(form),
                now=timezone.now(),
            )
        except BadIdentity as reason:
            raise BadUpload(str(reason)) from None

    @admin.display(description="signs as")
    def subject(self, row: SigningIdentity) -> str:
        return x509.load_pem_x509_certificate(row.certificates_pem.encode()).subject.rfc4514_string()

    @admin.display(description="shown as Verified", boolean=True)
    def verified(self, row: SigningIdentity) -> bool:
        """As far as Mozilla's list of roots tells, which Apple's resembles."""
        chain = x509.load_pem_x509_certificates(row.certificates_pem.encode())
        return shows_verified(chain, now=timezone.now())
