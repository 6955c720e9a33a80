"""Logos of sites."""

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString

from enrollment.admin.upload import BadUpload, UploadAdmin, UploadForm, uploaded
from sites_config.admin.scoped import BY_SITE
from sites_config.logos import BadLogo, drawn, inline_logo
from sites_config.models import Appearance, SiteLogo


class _Form(UploadForm):
    appearance = forms.ChoiceField(
        choices=Appearance.choices,
        help_text="Without one for the dark appearance the light one is shown there too.",
    )
    file = forms.FileField(help_text="PNG or JPEG, at most 1 MB and four million pixels.")


@admin.register(SiteLogo)
class SiteLogoAdmin(UploadAdmin):
    """A new one replaces the old one. Sites without any show the one of their parent."""

    upload_form = _Form
    upload_words = (
        "It is shown at the top of every page, 36 pixels high, beside the name of the organization."
    )
    list_display = ("picture", "site", "appearance")
    list_filter = (BY_SITE, "appearance")
    fields = ("site", "appearance", "picture", "width", "height")
    readonly_fields = ("picture",)
    list_select_related = ("site",)
    ordering = ("site", "appearance")

    @admin.display(description="picture")
    def picture(self, row: SiteLogo) -> SafeString:
        return format_html('<img src="{}" alt="" height="36">', inline_logo(row.sha256))

    def upload(self, form: UploadForm) -> Model:
        try:
            made = drawn(uploaded(form, "file"))
        except BadLogo as reason:
            raise BadUpload(str(reason)) from None
        row, _new = SiteLogo.objects.update_or_create(
            site=form.cleaned_data["site"],
            appearance=form.cleaned_data["appearance"],
            defaults=made.columns,
        )
        return row
