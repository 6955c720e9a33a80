"""The profile that carries a CA certificate and nothing else (com.apple.security.root)."""

import hashlib
import plistlib
from uuid import UUID, uuid5


def ca_profile(
    *, identifier: str, namespace: UUID, organization: str, name: str, description: str, certificate: bytes
) -> bytes:
    """The XML property list, unsigned. ``certificate`` is DER; another one gets identifiers of its own."""
    fingerprint = hashlib.sha256(certificate).hexdigest()

    def uuid(part: str) -> str:
        return str(uuid5(namespace, f"ca {part} {fingerprint}")).upper()

    payload = {
        "PayloadType": "com.apple.security.root",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{identifier}.ca.certificate",
        "PayloadUUID": uuid("certificate"),
        "PayloadDisplayName": name,
        "PayloadOrganization": organization,
        "PayloadCertificateFileName": "ca.cer",
        "PayloadContent": certificate,
    }
    configuration = {
        "PayloadType": "Configuration",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"{identifier}.ca",
        "PayloadUUID": uuid("configuration"),
        "PayloadDisplayName": name,
        "PayloadDescription": description,
        "PayloadOrganization": organization,
        "TargetDeviceType": 1,  # iPhone and iPad
        "PayloadContent": [payload],
    }
    return plistlib.dumps(configuration, fmt=plistlib.FMT_XML)
