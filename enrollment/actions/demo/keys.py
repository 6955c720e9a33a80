"""Secrets that the demonstration makes for itself."""

import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from enrollment.pki.keys import new_rsa_key

STAFF_NAME = "demo"


def staff_password(var: Path) -> str:
    """Of every account of the demonstration: generated once, kept readable by its owner alone as ``USER PASSWORD``."""
    path = var / "demo-staff"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().split()[1]
    password = secrets.token_urlsafe(12)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{STAFF_NAME} {password}\n")
    return password


def self_made_push_certificate(now: datetime) -> tuple[bytes, bytes]:
    """(certificate, key) in PEM; no push can be sent with it, but profiles need a Topic."""
    key = new_rsa_key()
    topic = f"com.apple.mgmt.External.{secrets.token_hex(16)}"
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.USER_ID, topic),
            x509.NameAttribute(NameOID.COMMON_NAME, "Demonstration, no push"),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, SHA256())
    )
    return (
        certificate.public_bytes(Encoding.PEM),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
