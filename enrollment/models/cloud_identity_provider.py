"""An OpenID provider of an institution: Microsoft Entra ID, Google, or any other."""

import re
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models

from enrollment.models import cloud_look_up
from enrollment.models.identity_provider import IdentityProvider


class CloudKind(models.TextChoices):
    ENTRA = "entra", "Microsoft Entra ID"
    GOOGLE = "google", "Google"
    OIDC = "oidc", "Another OpenID provider"


GOOGLE_ISSUER = "https://accounts.google.com"
# Issuers of Entra that stand for many tenants: each token names its own, so no single one could be checked.
MANY_TENANTS = ("common", "organizations", "consumers")
# The fields of an entry (enrollment/directories/entry.py), and the column that names their claim.
CLAIMS = {
    "external_id": "id_claim",
    "user_name": "user_name_claim",
    "full_name": "full_name_claim",
    "email": "email_claim",
    "department": "department_claim",
    "building": "building_claim",
    "room": "room_claim",
    "phone": "phone_claim",
    "position": "position_claim",
}
# Whoever could change one of these could have the stored secrets sent to a server of their own.
GOES_ELSEWHERE = ("issuer",)
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, 3.3


def _claim(default: str = "", help_text: str = "") -> "models.CharField[str, str]":
    return models.CharField(max_length=60, blank=not default, default=default, help_text=help_text)


class CloudIdentityProvider(IdentityProvider):
    """Gatehouse is a confidential client of it: authorization code with PKCE."""

    kind = models.CharField(max_length=10, choices=CloudKind.choices, default=CloudKind.OIDC)
    issuer = models.CharField(
        max_length=180,
        help_text="Exactly as the provider names itself. Entra: https://login.microsoftonline.com/TENANT-ID/v2.0",
    )
    client_id = models.CharField("client ID", max_length=200)
    client_secret_encrypted = models.BinaryField(default=b"", editable=False)
    scopes = models.CharField(max_length=300, default="openid profile email")
    required_claims = models.JSONField(
        default=dict,
        blank=True,
        help_text='Needed to log in: {"hd": "northwind.example"} for the accounts of one Google organization.',
    )

    id_claim = _claim("sub", "Never changes, whatever becomes of the name. Entra: oid.")
    user_name_claim = _claim("preferred_username")
    full_name_claim = _claim("name")
    email_claim = _claim("email")
    department_claim = _claim()
    building_claim = _claim()
    room_claim = _claim()
    phone_claim = _claim()
    position_claim = _claim()
    groups_claim = _claim("groups", "A list of group ids or names. Google sends none.")

    look_up = models.BooleanField(
        "find people",
        default=False,
        help_text="Also finds the users of devices, and what is known of them: Microsoft Graph for Entra, the "
        "Directory API for Google.",
    )
    delegated_admin = models.EmailField(
        blank=True,
        help_text="Google: the administrator in whose name the service account reads the directory.",
    )
    service_account_encrypted = models.BinaryField(default=b"", editable=False)

    class Meta(IdentityProvider.Meta):
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="cloud_identity_provider_name_once")
        ]

    @property
    def source(self) -> str:
        """Names the provider in identities: whoever it vouches for is the same at every site that asks it."""
        return f"oidc:{self.issuer}"

    def claim_of(self, field: str) -> str:
        """The claim that holds a field of an entry, "" where none does."""
        return str(getattr(self, CLAIMS[field]))

    def clean(self) -> None:
        """Refuses what would let in strangers."""
        self.issuer = self.issuer.strip()
        parts = urlsplit(self.issuer)
        if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment or parts.username:
            raise ValidationError({"issuer": "An address with https, without ? and #."})
        if self.kind == CloudKind.ENTRA and parts.path.strip("/").partition("/")[0] in MANY_TENANTS:
            raise ValidationError(
                {"issuer": "Name your own tenant by its ID: this one lets in every organization's accounts."}
            )
        if not isinstance(self.required_claims, dict):
            raise ValidationError({"required_claims": 'Claims by name, such as {"hd": "northwind.example"}.'})
        if self.issuer == GOOGLE_ISSUER and not self.required_claims.get("hd"):
            raise ValidationError(
                {
                    "required_claims": 'Name your domain, {"hd": "…"}: without it every Google account may log in.'
                }
            )
        wanted = self.scopes.split()
        if "openid" not in wanted or not all(map(_SCOPE.fullmatch, wanted)):
            raise ValidationError({"scopes": "Words with blanks between them, openid among them."})
        if self.look_up and (why := cloud_look_up.wrong(self, GOOGLE_ISSUER)):
            raise ValidationError(dict(why))
