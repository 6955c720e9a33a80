"""What of the database stands in a file of settings, column by column, and why the rest does not.

A test asks for every model and every column: what is added later has to be decided here.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """Stands in the file under its own name. ``listed``: as a list of words, stored with commas between them."""

    listed: bool = False


@dataclass(frozen=True)
class Secret:
    """Stands in the file as a reference, called ``key``."""

    key: str


@dataclass(frozen=True)
class Told:
    """Stands in the file in a form of its own; ``where``: the key."""

    where: str


# A text: not in the file, for this reason.
Decision = Column | Secret | Told | str

NUMBER = "a number of this database"
SITE = "the file is of one site"
CLOCK = "when the row was made here"
READ = "read from the provider, not configured"
PEOPLE = "people and what they do, not configuration"
DEVICES = "devices and what happened to them"
PRIVATE = "private keys never leave the database with settings; made or imported at each installation"
HISTORY = "history"


def _columns(*names: str) -> dict[str, Decision]:
    return {name: Column() for name in names}


_CONFIGURATION: dict[str, Decision] = {
    "id": NUMBER,
    "site": SITE,
    "parent": Told("site.parent"),
    "archived": Told("site.archived"),
    "profile_namespace": "two sites with the same one would replace each other's profiles on a device",
    **_columns(
        "organization_name", "support_name", "support_phone", "support_email", "support_url", "privacy_url",
        "accent_color", "default_language",
    ),
    "languages": Column(listed=True),
    **_columns(
        "time_zone", "portal_open", "password_log_in", "second_factor_for_staff",
        "institutional_enrollment", "personal_enrollment", "personal_sign_in_domain", "account_driven_enrollment",
        "takes_devices", "agreement_for_staff", "skip_ca_certificate", "tls_needs_ca", "restrict_reenrollment",
        "reenroll_without_user", "clear_location_history", "clear_commands", "access_rights",
        "device_certificate_years", "only_listed_devices", "devices_per_person", "minimum_os", "messages_per_day",
    ),
}  # fmt: skip
_PROVIDER: dict[str, Decision] = {
    "id": NUMBER,
    "site": SITE,
    "created_at": CLOCK,
    **_columns("name", "enabled", "position", "fresh_login"),
}

# In the order of the file.
DECIDED: Mapping[str, "Mapping[str, Decision] | str"] = {
    "sites.Site": {"id": NUMBER, "domain": Told("site.identifier"), "name": Told("site.name")},
    "sites_config.SiteConfiguration": _CONFIGURATION,
    "sites_config.SiteAddress": {
        "id": NUMBER,
        "site": SITE,
        "host": Told("addresses"),
        "in_use_by_profiles": "set when a profile is issued",
    },
    "sites_config.SiteLogo": {
        "id": NUMBER,
        "site": SITE,
        "appearance": Told("logos"),
        "png": Told("logos"),
        "sha256": "follows from the picture",
        "width": "follows from the picture",
        "height": "follows from the picture",
    },
    "sites_config.MessageText": {"id": NUMBER, "site": SITE, "key": Told("texts"), "text": Told("texts")},
    "sites_config.Agreement": {
        "id": NUMBER,
        "site": SITE,
        "ownership": Told("agreements"),
        "text": Told("agreements"),
        "ask_again": Told("agreements"),
        "version": "counted at each installation; the newest one stands in the file",
        "published_at": CLOCK,
    },
    "enrollment.CaCertificate": {
        "id": NUMBER,
        "site": SITE,
        "name": Told("ca_certificate.name"),
        "certificate_der": Told("ca_certificate.certificate"),
        "not_after": "follows from the certificate",
        "created_at": CLOCK,
    },
    "enrollment.AccessGroup": {
        "id": NUMBER,
        "site": SITE,
        "sites": Told("access_groups.sites"),
        "created_at": CLOCK,
        **_columns("everybody", "group_id", "group_name", "deny", "institutional", "personal", "agreement"),
    },
    "enrollment.DirectoryServer": {
        "id": NUMBER,
        "site": SITE,
        "created_at": CLOCK,
        **_columns("name", "kind", "enabled", "sign_in", "position", "hosts", "tls", "ca_pem", "bind_dn"),
        "bind_password_encrypted": Secret("bind_password"),
        "client_certificate_pem": Column(),
        "client_key_encrypted": Secret("client_key"),
        **_columns(
            "timeout_seconds", "user_base", "user_filter", "id_attribute", "user_name_attribute",
            "full_name_attribute", "email_attribute", "department_attribute", "building_attribute", "room_attribute",
            "phone_attribute", "position_attribute", "group_base", "group_kind", "group_id_attribute",
            "group_name_attribute", "nested_groups",
        ),
    },
    "enrollment.SamlIdentityProvider": {
        **_PROVIDER,
        **_columns("metadata_url", "entity_id"),
        "metadata_xml": Told("saml_identity_providers.metadata, where it was uploaded"),
        "metadata_valid_until": Told("saml_identity_providers.metadata_valid_until, likewise"),
        "metadata_read_at": READ,
        "metadata_problem": READ,
        "own_entity_id": Told("saml_identity_providers.own_entity_id"),
        **_columns(
            "name_id_format", "id_attribute", "user_name_attribute", "full_name_attribute", "email_attribute",
            "department_attribute", "building_attribute", "room_attribute", "phone_attribute", "position_attribute",
            "groups_attribute",
        ),
    },
    "enrollment.CloudIdentityProvider": {
        **_PROVIDER,
        **_columns("kind", "issuer", "client_id"),
        "client_secret_encrypted": Secret("client_secret"),
        **_columns(
            "scopes", "required_claims", "id_claim", "user_name_claim", "full_name_claim", "email_claim",
            "department_claim", "building_claim", "room_claim", "phone_claim", "position_claim", "groups_claim",
            "look_up", "delegated_admin",
        ),
        "service_account_encrypted": Secret("service_account"),
    },
    "enrollment.Webhook": {
        "id": NUMBER,
        "site": SITE,
        **_columns("name", "url", "events", "enabled"),
        "secret_encrypted": Secret("secret"),
    },
    "sites_config.SitePrivilege": {
        "id": NUMBER,
        "site": SITE,
        "user": Told("staff"),
        "privilege": Told("staff"),
    },
    # Not in the file:
    "sites_config.User": "accounts are made by their owners' links; the file names them and makes none",
    "sites_config.TextRevision": HISTORY,
    "sites_config.LoggedChange": HISTORY,
    "sites_config.SiteNotice": "said for a while, and not part of how the site works",
    "sites_config.ConfigurationVersion": "tells processes that something changed",
    "enrollment.Authority": PRIVATE,
    "enrollment.SigningIdentity": PRIVATE,
    "enrollment.PushCertificate": PRIVATE,
    "enrollment.SamlKey": PRIVATE,
    "enrollment.Person": f"{PEOPLE}: import_people",
    "enrollment.Identity": PEOPLE,
    "enrollment.ListedDevice": "devices that are expected, not configuration: import_devices",
    "enrollment.Invitation": PEOPLE,
    "enrollment.AccessCode": PEOPLE,
    "enrollment.Delivery": PEOPLE,
    "enrollment.MessageCount": PEOPLE,
    "sites_config.Restoration": HISTORY,
    "enrollment.Heartbeat": "tells that a process lives",
    "enrollment.AgreementAcceptance": PEOPLE,
    "enrollment.SamlRoundTrip": PEOPLE,
    "enrollment.SeenSamlMessage": PEOPLE,
    "enrollment.HandOver": PEOPLE,
    "enrollment.Enrollment": DEVICES,
    "enrollment.Device": DEVICES,
    "enrollment.IssuedProfile": DEVICES,
    "enrollment.Challenge": DEVICES,
    "enrollment.Certificate": DEVICES,
    "enrollment.Command": DEVICES,
    "enrollment.Event": HISTORY,
}  # fmt: skip


def columns_of(label: str) -> "dict[str, Column]":
    """Those that stand in the file under their own names, in its order."""
    return {name: each for name, each in _of(label).items() if isinstance(each, Column)}


def secrets_of(label: str) -> dict[str, str]:
    """Key in the file -> the column that keeps it encrypted."""
    return {each.key: name for name, each in _of(label).items() if isinstance(each, Secret)}


def keys_of(label: str) -> list[str]:
    """Of columns and secrets, in the order of the file."""
    found = _of(label).items()
    return [
        each.key if isinstance(each, Secret) else name
        for name, each in found
        if isinstance(each, Column | Secret)
    ]


def _of(label: str) -> "Mapping[str, Decision]":
    decided = DECIDED[label]
    return decided if not isinstance(decided, str) else {}
