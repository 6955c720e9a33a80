"""openssl on the command line: the judge of what the phone writes."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from tests.phone_checks.authority import ROOT, Pair


def openssl(*arguments: str | Path, data: bytes = b"") -> bytes:
    """Standard output; CalledProcessError when openssl says no."""
    return subprocess.run(
        ["openssl", *map(str, arguments)], input=data, capture_output=True, check=True
    ).stdout


def verify_detached(signature: bytes, content: bytes, root: Pair = ROOT) -> bytes:
    """`openssl cms -verify` of a detached signature, chain included; returns what was signed."""
    with tempfile.TemporaryDirectory() as folder:
        body, ca = Path(folder, "body"), Path(folder, "ca.pem")
        body.write_bytes(content)
        ca.write_bytes(root.pem)
        options = ("-inform", "DER", "-binary", "-content", body, "-CAfile", ca, "-purpose", "any")
        return openssl("cms", "-verify", *options, data=signature)


def verify_self_signed(message: bytes) -> bytes:
    """Content of an attached signature by any certificate inside the message."""
    return openssl("cms", "-verify", "-inform", "DER", "-binary", "-noverify", data=message)


def decrypt(envelope: bytes, recipient: Pair = ROOT) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = recipient.write(Path(folder))
        options = ("-inform", "DER", "-recip", certificate, "-inkey", key)
        return openssl(
            "cms", "-decrypt", *options, "-provider", "default", "-provider", "legacy", data=envelope
        )


def structure(message: bytes) -> str:
    return openssl("asn1parse", "-inform", "DER", data=message).decode()
