"""The openssl command line, as a second opinion that shares no code with us."""

import re
import subprocess
from datetime import datetime
from pathlib import Path


def openssl(*arguments: str | Path) -> bytes:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def verified_content(message: bytes, *, root_pem: bytes, at: datetime, folder: Path) -> bytes:
    """The content of a SignedData message whose signer is certified by root."""
    (folder / "message.der").write_bytes(message)
    (folder / "root.pem").write_bytes(root_pem)
    return openssl(
        "cms",
        "-verify",
        "-binary",
        *("-inform", "DER", "-in", folder / "message.der"),
        *("-CAfile", folder / "root.pem", "-purpose", "any", "-attime", str(int(at.timestamp()))),
    )


def decrypted_content(envelope: bytes, *, certificate_pem: bytes, key_pem: bytes, folder: Path) -> bytes:
    (folder / "envelope.der").write_bytes(envelope)
    (folder / "recipient.pem").write_bytes(certificate_pem + key_pem)
    return openssl(
        "cms",
        "-decrypt",
        "-binary",
        *("-provider", "legacy", "-provider", "default"),  # single DES
        *("-inform", "DER", "-in", folder / "envelope.der", "-recip", folder / "recipient.pem"),
    )


def certificates(message: bytes, *, folder: Path) -> list[bytes]:
    """The certificates in a SignedData message, DER."""
    (folder / "certificates.der").write_bytes(message)
    printed = openssl("pkcs7", "-print_certs", "-inform", "DER", "-in", folder / "certificates.der")
    found = re.findall(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", printed, re.DOTALL)
    return [_der(pem, folder) for pem in found]


def _der(pem: bytes, folder: Path) -> bytes:
    (folder / "one.pem").write_bytes(pem)
    return openssl("x509", "-outform", "DER", "-in", folder / "one.pem")


def structure(message: bytes, *, folder: Path) -> list[str]:
    """One line for each element: depth and what it is."""
    (folder / "parsed.der").write_bytes(message)
    printed = openssl("asn1parse", "-inform", "DER", "-in", folder / "parsed.der").decode()
    position = re.compile(r"^ *\d+:d=(\d+) +hl=\d+ l= *\d+ ")
    return [position.sub(r"\1 ", line).rstrip() for line in printed.splitlines()]


def attributes(message: bytes, *, folder: Path) -> dict[str, str]:
    """The attributes of the only signer, as openssl prints them: type and value, "PRINTABLESTRING :3"."""
    lines = structure(message, folder=folder)
    found = {}
    for line, around, value in zip(lines, lines[1:], lines[2:], strict=False):
        if line.startswith("7 prim: OBJECT") and around.startswith("7 cons: SET"):
            found[line.split(":")[-1]] = " ".join(value.split()[2:])
    return found
