"""The configuration profile that enrolls an iPhone or iPad: the authority, an identity by SCEP, and MDM.

Keys: Apple's device management schema, mdm/profiles: TopLevel.yaml, com.apple.mdm.yaml,
com.apple.security.scep.yaml and com.apple.security.root.yaml.
"""

import hashlib
import ipaddress
import plistlib
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from enrollment.profiles import access_rights

CONTENT_TYPE = "application/x-apple-aspen-config"

_IDENTIFIER = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_TOPIC = re.compile(r"com\.apple\.mgmt\.[\x21-\x7e]{1,200}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_KEY_SIZES = (2048, 4096)  # of those that Apple's client offers
_LONGEST_NAME = 64  # characters of O and CN, X.520
_ONLY_IPHONE_AND_IPAD = 1  # TargetDeviceType; spares people with a Watch the question where to install
_SIGN_AND_ENCRYPT = 1 | 4  # "Key Usage"
_RETRIES = 3
_RETRY_DELAY = 10  # seconds


class BadProfile(ValueError):
    """A profile that iOS would refuse. The text names the field, never the challenge."""


@dataclass(frozen=True, kw_only=True)
class EnrollmentProfile:
    """Everything that one profile says. Equal values give equal bytes.

    `identifier` (reverse DNS) and `namespace` belong to the site and never change: iOS replaces a profile of
    the same identifier. URLs are https, except on this computer itself. `authority_certificate` is DER. Names
    that people see in Settings arrive in their language.
    """

    identifier: str
    namespace: UUID
    organization: str
    display_name: str
    description: str
    server_url: str
    check_in_url: str
    scep_url: str
    scep_name: str
    challenge: str = field(repr=False)
    topic: str
    access_rights: int
    authority_certificate: bytes = field(repr=False)
    subject_common_name: str
    subject_organization: str
    authority_display_name: str
    identity_display_name: str
    mdm_display_name: str
    key_size: int = 2048

    def __post_init__(self) -> None:
        access_rights.check(self.access_rights)
        for name in ("server_url", "check_in_url", "scep_url"):
            _check_url(name, getattr(self, name))
        for name in _REQUIRED_TEXTS:
            _check_text(name, getattr(self, name))
        _check(_IDENTIFIER.fullmatch(self.identifier) is not None, "identifier is not reverse DNS")
        _check(_TOPIC.fullmatch(self.topic) is not None, "topic does not begin with com.apple.mgmt.")
        _check(self.key_size in _KEY_SIZES, "key_size is neither 2048 nor 4096")
        _check(bool(self.authority_certificate), "authority_certificate is empty")

    def to_plist(self) -> bytes:
        """The XML property list, still unsigned."""
        return plistlib.dumps(self._configuration(), fmt=plistlib.FMT_XML)

    def _configuration(self) -> dict[str, object]:
        return {
            "PayloadType": "Configuration",
            "PayloadVersion": 1,
            "PayloadIdentifier": self.identifier,
            "PayloadUUID": self._uuid("configuration"),
            "PayloadDisplayName": self.display_name,
            "PayloadDescription": self.description,
            "PayloadOrganization": self.organization,
            "TargetDeviceType": _ONLY_IPHONE_AND_IPAD,
            "PayloadContent": [self._authority(), self._identity(), self._mdm()],
        }

    def _authority(self) -> dict[str, object]:
        return {
            **self._payload("authority", "com.apple.security.root", self.authority_display_name),
            "PayloadUUID": self._uuid_of_authority("authority"),
            "PayloadCertificateFileName": "authority.cer",
            "PayloadContent": self.authority_certificate,
        }

    def _identity(self) -> dict[str, object]:
        return {
            **self._payload("identity", "com.apple.security.scep", self.identity_display_name),
            "PayloadUUID": self._uuid_of_identity(),
            "PayloadContent": {
                "URL": self.scep_url,
                "Name": self.scep_name,
                "Challenge": self.challenge,
                "Subject": self._subject(),
                "Keysize": self.key_size,
                "Key Type": "RSA",  # with a blank; "KeyType" is ignored
                "Key Usage": _SIGN_AND_ENCRYPT,
                "CAFingerprint": self._authority_fingerprint(),
                "Retries": _RETRIES,
                "RetryDelay": _RETRY_DELAY,
            },
        }

    def _mdm(self) -> dict[str, object]:
        return {
            **self._payload("mdm", "com.apple.mdm", self.mdm_display_name),
            "PayloadUUID": self._uuid("mdm"),
            "IdentityCertificateUUID": self._uuid_of_identity(),
            "Topic": self.topic,
            "ServerURL": self.server_url,
            "CheckInURL": self.check_in_url,
            "AccessRights": self.access_rights,
            "SignMessage": True,
            "CheckOutWhenRemoved": True,
        }

    def _payload(self, part: str, payload_type: str, display_name: str) -> dict[str, object]:
        return {
            "PayloadType": payload_type,
            "PayloadVersion": 1,
            "PayloadIdentifier": f"{self.identifier}.{part}",
            "PayloadDisplayName": display_name,
            "PayloadOrganization": self.organization,
        }

    def _subject(self) -> list[list[list[str]]]:
        names = (("O", self.subject_organization), ("CN", self.subject_common_name))
        return [[[kind, name[:_LONGEST_NAME]]] for kind, name in names if name]

    def _authority_fingerprint(self) -> bytes:
        return hashlib.sha256(self.authority_certificate).digest()

    def _uuid(self, part: str) -> str:
        return str(uuid5(self.namespace, part)).upper()

    def _uuid_of_authority(self, part: str) -> str:
        # iOS keeps a payload whose UUID it knows: after a change of authority this one must be new to it.
        return self._uuid(f"{part} {self._authority_fingerprint().hex()}")

    def _uuid_of_identity(self) -> str:
        # New for every enrollment, so that a device that enrolls again asks for a certificate of its own.
        return self._uuid(f"identity {hashlib.sha256(self.challenge.encode()).hexdigest()}")


_REQUIRED_TEXTS = (
    "organization",
    "display_name",
    "description",
    "scep_name",
    "challenge",
    "subject_common_name",
    "authority_display_name",
    "identity_display_name",
    "mdm_display_name",
)


def _check(holds: bool, reason: str) -> None:
    if not holds:
        raise BadProfile(reason)


def _check_text(name: str, text: str) -> None:
    _check(bool(text.strip()), f"{name} is blank")
    _check(_CONTROL.search(text) is None, f"{name} has control characters")


def _check_url(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise BadProfile(f"{name} is no URL") from None
    _check(bool(host) and not re.search(r"[^\x21-\x7e]", url), f"{name} is no URL")
    _check(parts.username is None and not parts.fragment, f"{name} has user information or a fragment")
    is_allowed = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))
    _check(is_allowed, f"{name} is not https")


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761, section 6.3
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
