"""A SAML identity provider of an institution: AD FS, Entra ID, Google, Keycloak, Shibboleth, or any other."""

from django.db import models

from enrollment.models.identity_provider import IdentityProvider

# The fields of an entry (enrollment/directories/entry.py), and the column that names their attribute.
ATTRIBUTES = {
    "user_name": "user_name_attribute",
    "full_name": "full_name_attribute",
    "email": "email_attribute",
    "department": "department_attribute",
    "building": "building_attribute",
    "room": "room_attribute",
    "phone": "phone_attribute",
    "position": "position_attribute",
}


class NameIdFormat(models.TextChoices):
    """SAML Core, 8.3. Transient ones are missing: they name nobody."""

    PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", "persistent"
    EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", "e-mail address"
    UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified", "whatever the provider sends"


def _attribute(default: str = "", help_text: str = "") -> "models.CharField[str, str]":
    return models.CharField(max_length=200, blank=True, default=default, help_text=help_text)


class SamlIdentityProvider(IdentityProvider):
    """Gatehouse is a service provider of it (SAML 2.0, web browser single sign-on). ``metadata_xml`` was read by
    enrollment/signin/saml/metadata.py: one EntityDescriptor."""

    metadata_url = models.CharField(
        "metadata URL",
        max_length=400,
        blank=True,
        help_text="With https. Read anew by the command refresh_saml_metadata, so that a new key of the provider "
        "is known before it signs with it. Blank: the metadata is uploaded.",
    )
    entity_id = models.CharField(
        "entity ID",
        max_length=1024,
        blank=True,
        help_text="The provider's. Blank: the only one in the metadata.",
    )
    metadata_xml = models.TextField(editable=False)
    metadata_read_at = models.DateTimeField(null=True, editable=False)
    metadata_valid_until = models.DateTimeField(null=True, editable=False)
    metadata_problem = models.CharField(max_length=300, blank=True, editable=False)
    own_entity_id = models.CharField(
        "our entity ID",
        max_length=1024,
        blank=True,
        help_text="The name under which Gatehouse is registered at the provider. Blank: the address of our metadata. "
        "Changing it means registering anew.",
    )
    name_id_format = models.CharField(
        "NameID",
        max_length=80,
        choices=NameIdFormat.choices,
        default=NameIdFormat.PERSISTENT,
        help_text="What is asked for, and alone accepted.",
    )

    id_attribute = _attribute(
        help_text="Never changes, whatever becomes of the name. Blank: the NameID. "
        "Entra: http://schemas.microsoft.com/identity/claims/objectidentifier"
    )
    user_name_attribute = _attribute("uid", "Attributes by their names as the provider sends them.")
    full_name_attribute = _attribute(
        "displayName", "Several with blanks between are put together: givenName sn"
    )
    email_attribute = _attribute("mail")
    department_attribute = _attribute()
    building_attribute = _attribute()
    room_attribute = _attribute()
    phone_attribute = _attribute()
    position_attribute = _attribute()
    groups_attribute = _attribute("groups", "Group ids or names, one a value.")

    class Meta(IdentityProvider.Meta):
        verbose_name = "SAML identity provider"
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="saml_identity_provider_name_once")
        ]

    @property
    def source(self) -> str:
        """Names the row, not its entity ID: anybody can write that into metadata of their own."""
        return f"saml:{self.pk}"

    @property
    def ready(self) -> bool:
        return self.enabled and bool(self.metadata_xml)

    @property
    def path(self) -> str:
        """Of the metadata, the assertion consumer service and the logout service, behind the site's address."""
        return f"/accounts/saml/{self.pk}/"
