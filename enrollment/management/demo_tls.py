"""TLS of the demonstration on a local network: an authority and a certificate of its own, and the QR code to it."""

import ipaddress
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

import segno
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from enrollment.pki.authority import Authority, create_authority
from enrollment.pki.keys import new_rsa_key

# iOS refuses server certificates that live longer than 825 days.
SERVER_LIVES = timedelta(days=800)
RENEWED_BEFORE = timedelta(days=30)


def certificate_for(host: str, var: Path, now: datetime) -> tuple[Path, Path]:
    """(certificate with its authority, key) as PEM files, made anew at each start by the authority that is kept."""
    authority = _authority(var, now)
    key = new_rsa_key()
    certificate = _server_certificate(authority, host, key.public_key(), now)
    certificate_path, key_path = var / "demo-tls.pem", var / "demo-tls.key"
    root = authority.certificate.public_bytes(Encoding.PEM)
    _keep(certificate_path, certificate.public_bytes(Encoding.PEM) + root)
    _keep(root_path(var), root)
    _keep(key_path, _key_pem(key))
    return certificate_path, key_path


def root_path(var: Path) -> Path:
    """The certificate that a phone has to trust, without a key."""
    return var / "demo-root.pem"


def print_qr_code(url: str, root: Path, out: TextIO) -> None:
    """The portal as a QR code in the terminal, and what a real phone needs."""
    segno.make(url, error="m").terminal(out=out, compact=True)
    out.write(
        f"phone Once, before it scans the code: send {root.resolve()} to it (AirDrop, or mail it to yourself), open it "
        "there, install it (Settings, General, VPN & Device Management) and trust it (Settings, General, About, "
        "Certificate Trust Settings): iOS accepts an enrollment only from a server it trusts.\n"
    )


def _authority(var: Path, now: datetime) -> Authority:
    """The one that is kept, so that a phone needs to trust it once; a new one shortly before that ends."""
    path = var / "demo-tls-authority.pem"  # key and certificate in one file can't get apart
    kept = _kept_authority(path.read_bytes()) if path.is_file() else None
    if kept and kept.certificate.not_valid_after_utc - now > RENEWED_BEFORE:
        return kept
    made = create_authority(common_name="Gatehouse demonstration", organization="Gatehouse", years=2, now=now)
    _keep(path, _key_pem(made.key) + made.certificate.public_bytes(Encoding.PEM))
    return made


def _kept_authority(pem: bytes) -> Authority | None:
    """None for a file that somebody damaged."""
    try:
        key, certificate = load_pem_private_key(pem, password=None), x509.load_pem_x509_certificate(pem)
    except ValueError:
        return None
    return Authority(certificate, key) if isinstance(key, RSAPrivateKey) else None


def _key_pem(key: RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _keep(path: Path, content: bytes) -> None:
    """Whole or not at all, and readable by its owner alone from its first byte on."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    fresh.replace(path)


def _server_certificate(
    authority: Authority, host: str, public_key: RSAPublicKey, now: datetime
) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])]))
        .issuer_name(authority.certificate.subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(min(now + SERVER_LIVES, authority.certificate.not_valid_after_utc))
        .add_extension(x509.SubjectAlternativeName([_alternative_name(host)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(authority.key, SHA256())
    )


def _alternative_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
