"""OpenID providers of a site: what to register there, write-only secrets, and a test that says the real reason."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest

from enrollment.admin.addresses import every_address
from enrollment.admin.secrets import SecretsAdmin, SecretsForm, secret_field
from enrollment.admin.upload import SecretTextarea
from enrollment.directories.cloud import known
from enrollment.directories.cloud.tokens import read_service_account
from enrollment.directories.entry import DirectoryUnavailable
from enrollment.directories.outbound import Unreachable
from enrollment.models import CloudIdentityProvider
from enrollment.models.cloud_identity_provider import GOES_ELSEWHERE, GOOGLE_ISSUER, CloudKind
from enrollment.signin import discovery
from enrollment.signin.openid import callback_path
from sites_config.admin.buttons import button, may_change
from sites_config.admin.scoped import BY_SITE

DEFAULTS: dict[str, dict[str, Any]] = {
    CloudKind.ENTRA: {
        "issuer": "https://login.microsoftonline.com/TENANT-ID/v2.0",
        "id_claim": "oid",
        "look_up": True,
    },
    CloudKind.GOOGLE: {
        "issuer": GOOGLE_ISSUER,
        "user_name_claim": "email",
        "required_claims": {"hd": ""},
    },
}


class ProviderForm(SecretsForm):
    secrets: ClassVar[dict[str, str]] = {
        "client_secret": "client_secret_encrypted",
        "service_account": "service_account_encrypted",
    }
    client_secret = secret_field()
    service_account = secret_field("Google: the JSON key of the service account.", SecretTextarea())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        given = cleaned.get("service_account", "")
        wanted = cleaned.get("look_up") and cleaned.get("kind") == CloudKind.GOOGLE
        if wanted and not given and not self.instance.service_account_encrypted:
            raise forms.ValidationError({"service_account": "Needed to find people: its JSON key."})
        if given:
            try:
                read_service_account(given)
            except ValueError as error:
                raise forms.ValidationError({"service_account": str(error)}) from None
        return cleaned


@admin.register(CloudIdentityProvider)
class CloudIdentityProviderAdmin(SecretsAdmin):
    """A child site is served by its parent's providers too."""

    form = ProviderForm
    goes_elsewhere = GOES_ELSEWHERE
    writable = addable = True
    buttons = ("test",)
    list_display = ("name", "site", "kind", "issuer", "enabled", "position")
    list_filter = (BY_SITE, "kind", "enabled")
    search_fields = ("name", "issuer")
    list_select_related = ("site",)
    ordering = ("site", "position")
    readonly_fields = ("redirect_uris",)
    fieldsets = (
        (None, {"fields": ("site", "name", "kind", "enabled", "position", "fresh_login")}),
        (
            "Connection",
            {
                "fields": ("redirect_uris", "issuer", "client_id", "client_secret", "scopes", "required_claims"),
                "description": "Changing the issuer erases the stored secrets: enter them once more.",
            },
        ),
        (
            "People",
            {
                "fields": (
                    "id_claim", "user_name_claim", "full_name_claim", "email_claim", "department_claim",
                    "building_claim", "room_claim", "phone_claim", "position_claim", "groups_claim",
                )
            },
        ),
        ("Directory", {"fields": ("look_up", "delegated_admin", "service_account")}),
    )  # fmt: skip

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """``?kind=entra``: what such a provider mostly has."""
        given: dict[str, Any] = dict(super().get_changeform_initial_data(request))
        return DEFAULTS.get(str(given.get("kind")), {}) | given

    @admin.display(description="redirect URIs")
    def redirect_uris(self, row: CloudIdentityProvider) -> str:
        """One for each address at which people may come in."""
        if row.pk is None:
            return "Shown when the row is saved: register them at the provider."
        return "\n".join(f"{address}{callback_path(row)}" for address in every_address(row.site_id))

    @button("Test connection", may_change)
    def test(self, request: HttpRequest, row: CloudIdentityProvider) -> None:
        discovery.forget()
        try:
            document = discovery.configuration(row.issuer)
        except (Unreachable, discovery.BadDiscovery) as reason:
            messages.error(request, f"It does not work: {reason}.")
            return
        if row.client_secret_encrypted:
            messages.success(
                request,
                f"It answers as {document['issuer']}. Whether it takes the secret, only a log-in shows.",
            )
        else:
            messages.warning(request, "It answers, but there is no client secret yet.")
        if row.look_up:
            _test_look_up(request, row)


def _test_look_up(request: HttpRequest, row: CloudIdentityProvider) -> None:
    try:
        known.probe(row)
    except DirectoryUnavailable as reason:
        messages.error(request, f"People can't be found: {reason}.")
    else:
        messages.success(request, "People can be found: the directory gave a token and answered.")
