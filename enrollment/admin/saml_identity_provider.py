"""SAML identity providers of a site: their metadata by upload or address, and ours with both keys of a roll-over."""

from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate, load_pem_x509_certificate
from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from enrollment.actions.saml_keys import NoNextKey, announce_next, forget_previous, switch
from enrollment.actions.saml_providers import addresses, prepare
from enrollment.models import KeyUse, SamlIdentityProvider, SamlKey
from enrollment.models.saml_identity_provider import ATTRIBUTES
from enrollment.signin.saml.metadata import LONGEST, BadMetadata, read_metadata, stored_metadata
from enrollment.signin.saml.refresh import columns, refresh
from sites_config.admin.buttons import AdminWithButtons, actor, button, may_change
from sites_config.admin.scoped import BY_SITE, RowForm
from sites_config.in_words import NOTHING
from sites_config.stored_values import file_in_words, told
from sites_config.told_changes import told_changes

LONG = ("metadata_url", "entity_id", "own_entity_id", "id_attribute", "groups_attribute")
SAVED_FIRST = "Shown when the row is saved."


class ProviderForm(RowForm):
    metadata_file = forms.FileField(
        required=False, help_text="XML. In place of the URL, or as long as that can't be reached from here."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Wide enough for what stands in there: URLs, and attributes whose names are URLs."""
        super().__init__(*args, **kwargs)
        for name in (*LONG, *ATTRIBUTES.values()):
            if name in self.fields:
                self.fields[name].widget.attrs["class"] = "vLargeTextField"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        url = cleaned.get("metadata_url", "")
        if url and not url.startswith("https://"):
            raise forms.ValidationError({"metadata_url": "With https: nobody may change it on the way."})
        if file := cleaned.get("metadata_file"):
            self._read(file.read(LONGEST + 1))
        elif not url and not self.instance.metadata_xml:
            raise forms.ValidationError({"metadata_url": "Give the URL of the metadata, or a file."})
        return cleaned

    def _read(self, content: bytes) -> None:
        """It may say more, but not be another provider's: that would vouch for the people of this one."""
        now = timezone.now()
        wanted = self.instance.entity_id or self.cleaned_data.get("entity_id", "")
        try:
            read = read_metadata(content, wanted, now=now)
        except BadMetadata as reason:
            raise forms.ValidationError({"metadata_file": str(reason)}) from None
        values = columns(read) | {"metadata_read_at": now, "metadata_problem": ""}
        for name, value in values.items():
            setattr(self.instance, name, value)
        self.cleaned_data["entity_id"] = read.entity_id


def has_url(row: SamlIdentityProvider) -> bool:
    return bool(row.metadata_url)


def has_next(row: SamlIdentityProvider) -> bool:
    return row.keys.filter(use=KeyUse.NEXT).exists()


def has_no_next(row: SamlIdentityProvider) -> bool:
    return not has_next(row)


def has_previous(row: SamlIdentityProvider) -> bool:
    return row.keys.filter(use=KeyUse.PREVIOUS).exists()


def _in_words(certificate: Certificate) -> str:
    return (
        f"{certificate.subject.rfc4514_string() or 'without a name'}, until "
        f"{certificate.not_valid_after_utc:%Y-%m-%d}, SHA-256 {certificate.fingerprint(SHA256()).hex(':').upper()}"
    )


@admin.register(SamlIdentityProvider)
class SamlIdentityProviderAdmin(AdminWithButtons):
    """A child site is served by its parent's providers too."""

    form = ProviderForm
    writable = addable = True
    buttons = ("read_metadata", "announce_key", "switch_keys", "forget_key")
    list_display = ("name", "site", "entity_id", "enabled", "position", "metadata_state")
    list_filter = (BY_SITE, "enabled")
    search_fields = ("name", "entity_id")
    list_select_related = ("site",)
    ordering = ("site", "position")
    readonly_fields = (
        "own_metadata", "consumer_urls", "own_keys",
        "metadata_state", "sign_on_url", "logout_url", "certificates",
    )  # fmt: skip
    fieldsets = (
        (None, {"fields": ("site", "name", "enabled", "position", "fresh_login")}),
        (
            "Register Gatehouse at the provider",
            {
                "fields": ("own_metadata", "own_entity_id", "consumer_urls", "own_keys"),
                "description": "Most providers read our metadata. Requests are signed; assertions have to be, "
                "and may be encrypted for our key.",
            },
        ),
        (
            "The provider's metadata",
            {
                "fields": (
                    "metadata_url", "metadata_file", "entity_id", "metadata_state", "sign_on_url", "logout_url",
                    "certificates",
                ),
                "description": "Once it is read, the row stands for this provider: another one is another row.",
            },
        ),
        ("People", {"fields": ("name_id_format", "id_attribute", *ATTRIBUTES.values(), "groups_attribute")}),
    )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        known = isinstance(obj, SamlIdentityProvider) and obj.metadata_xml
        return (*super().get_readonly_fields(request, obj), *(("entity_id",) if known else ()))

    def save_model(self, request: HttpRequest, obj: SamlIdentityProvider, form: Any, change: bool) -> None:  # type: ignore[override]
        before = SamlIdentityProvider.objects.filter(pk=obj.pk).values_list("metadata_url", flat=True).first()
        obj.save()
        prepare(obj, now=timezone.now())
        if obj.metadata_url and (obj.metadata_url != before or not obj.metadata_xml):
            # The provider may take its time: nobody else shall wait for this transaction meanwhile.
            transaction.on_commit(lambda: self.read_metadata(request, obj))

    @button("Read metadata", may_change, has_url)
    def read_metadata(self, request: HttpRequest, row: SamlIdentityProvider) -> None:
        with self._told(request, row, SamlIdentityProvider):
            done = refresh(row, now=timezone.now())
        if done.problem:
            messages.error(request, f"The metadata is as it was. {done.problem}")
        elif done.changed:
            messages.success(request, "The metadata was read and is new: see the certificates below.")
        else:
            messages.success(request, "The metadata was read and is as before.")

    @button("Announce the next key", may_change, has_no_next)
    def announce_key(self, request: HttpRequest, row: SamlIdentityProvider) -> None:
        with self._told(request, row, SamlKey):
            announce_next(row, now=timezone.now())
        messages.success(
            request, "It stands in our metadata now. Switch to it when the provider has read that."
        )

    @button("Switch to the next key", may_change, has_next)
    def switch_keys(self, request: HttpRequest, row: SamlIdentityProvider) -> None:
        try:
            with transaction.atomic(), self._told(request, row, SamlKey):
                switch(row)
        except NoNextKey:
            messages.info(request, "There is no next key any more.")
            return
        messages.success(request, "Requests are signed with it from now on.")

    @button("Forget the previous key", may_change, has_previous)
    def forget_key(self, request: HttpRequest, row: SamlIdentityProvider) -> None:
        with transaction.atomic(), self._told(request, row, SamlKey):
            forget_previous(row)
        messages.success(request, "What the provider still encrypts for it can't be read any more.")

    def _told(self, request: HttpRequest, row: SamlIdentityProvider, model: type[Model]) -> Any:
        return told_changes(row.site, model, user=actor(request), now=timezone.now())

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """With whose keys the provider signs from now on, where a file of metadata was sent."""
        said = super().construct_change_message(request, form, formsets, add)
        if "metadata_file" not in form.changed_data:
            return said
        before = form.before.metadata_xml if getattr(form, "before", None) else ""
        pairs = (("Metadata", file_in_words), ("Signs with", self._signs_with))
        words = [(name, tell(before), tell(form.instance.metadata_xml)) for name, tell in pairs]
        return [*said, *told([{"field": name, "old": old, "new": new} for name, old, new in words])]

    @staticmethod
    def _signs_with(metadata_xml: str) -> str:
        certificates = stored_metadata(metadata_xml).certificates if metadata_xml else ()
        return "; ".join(map(_in_words, certificates)) or NOTHING

    @admin.display(description="our metadata")
    def own_metadata(self, row: SamlIdentityProvider) -> str:
        """At the first address; the same stands at every other one."""
        return f"{[*addresses(row), 'https://…'][0]}{row.path}metadata" if row.pk else SAVED_FIRST

    @admin.display(description="assertion consumer services")
    def consumer_urls(self, row: SamlIdentityProvider) -> str:
        """One for each address at which people may come in."""
        return "\n".join(f"{url}{row.path}acs" for url in addresses(row)) if row.pk else SAVED_FIRST

    @admin.display(description="our keys")
    def own_keys(self, row: SamlIdentityProvider) -> str:
        keys = row.keys.order_by("use") if row.pk else ()
        certificates = ((key, load_pem_x509_certificate(key.certificate_pem.encode())) for key in keys)
        return (
            "\n".join(f"{key.get_use_display()}. {_in_words(each)}" for key, each in certificates)
            or SAVED_FIRST
        )

    @admin.display(description="metadata")
    def metadata_state(self, row: SamlIdentityProvider) -> str:
        if not row.metadata_xml:
            return f"Not read yet: nobody can log in. {row.metadata_problem}".strip()
        read_at = f"Read on {row.metadata_read_at:%Y-%m-%d %H:%M} UTC." if row.metadata_read_at else ""
        end = row.metadata_valid_until
        ended = end is not None and end <= timezone.now()
        until = f"{'ENDED on' if ended else 'Valid until'} {end:%Y-%m-%d %H:%M} UTC." if end else ""
        last = f"The last try failed: {row.metadata_problem}" if row.metadata_problem else ""
        return " ".join(filter(None, (read_at, until, last)))

    @admin.display(description="single sign-on service")
    def sign_on_url(self, row: SamlIdentityProvider) -> str:
        return self._read(row).sign_on_url if row.metadata_xml else "-"

    @admin.display(description="single logout service")
    def logout_url(self, row: SamlIdentityProvider) -> str:
        return (self._read(row).logout_url or "none") if row.metadata_xml else "-"

    @admin.display(description="signs with")
    def certificates(self, row: SamlIdentityProvider) -> str:
        return "\n".join(map(_in_words, self._read(row).certificates)) if row.metadata_xml else "-"

    def _read(self, row: SamlIdentityProvider) -> Any:
        return stored_metadata(row.metadata_xml)
