"""Which CA certificate people install before the MDM profile."""

from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from enrollment.actions.ca_certificates import BadCaCertificate, read_ca_certificate
from enrollment.models import CaCertificate
from sites_config.admin.scoped import BY_SITE, RowForm, ScopedAdmin


class _CertificateField(forms.CharField):
    def in_words(self, value: "x509.Certificate | str | None") -> str:
        """For the log, of what stood there and of what was sent."""
        known = x509.load_pem_x509_certificate(value.encode()) if isinstance(value, str) else value
        return (
            f"{known.subject.rfc4514_string()}, SHA-256 {known.fingerprint(SHA256()).hex()}" if known else ""
        )


class CaCertificateForm(RowForm):
    certificate = _CertificateField(
        widget=forms.Textarea(attrs={"rows": 12, "cols": 70}),
        help_text="PEM, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "certificate" in self.fields:
            known = x509.load_der_x509_certificate(bytes(self.instance.certificate_der))
            self.initial["certificate"] = known.public_bytes(Encoding.PEM).decode()

    def clean_certificate(self) -> x509.Certificate:
        try:
            return read_ca_certificate(self.cleaned_data["certificate"], now=timezone.now())
        except BadCaCertificate as reason:
            raise forms.ValidationError(str(reason)) from None


@admin.register(CaCertificate)
class CaCertificateAdmin(ScopedAdmin):
    """Without a row here a site delivers the certificate of its issuing authority, or what its parent says."""

    form = CaCertificateForm
    writable = addable = deletable = True
    list_display = ("name", "site", "not_after")
    list_filter = (BY_SITE,)
    search_fields = ("name",)
    fields = ("site", "name", "certificate")
    list_select_related = ("site",)
    ordering = ("name",)

    def save_model(self, request: HttpRequest, obj: CaCertificate, form: Any, change: bool) -> None:  # type: ignore[override]
        certificate = form.cleaned_data["certificate"]
        obj.certificate_der = certificate.public_bytes(Encoding.DER)
        obj.not_after = certificate.not_valid_after_utc
        obj.created_at = timezone.now()
        obj.save()
