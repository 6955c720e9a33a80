"""What the demonstration generates for itself on its first start, kept readable by its owner alone."""

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet


def prepare(var: Path) -> None:
    """Fills the environment with generated secrets and an SQLite database below ``var``.

    It overrides what is set: a database that real people use must never meet the demonstration's accounts.
    """
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = var / "demo-field-keys"
    os.environ["GATEHOUSE_SECRET_KEY"] = _kept(var / "demo-secret-key", secrets.token_urlsafe(48))
    _kept(keys, Fernet.generate_key().decode())
    os.environ["GATEHOUSE_FIELD_KEY_FILE"] = str(keys)
    # `make run HOST=…` serves TLS for a real phone; without it plain http, on the loopback only.
    os.environ["GATEHOUSE_HTTPS"] = "direct" if os.environ.get("HOST") else "off"
    os.environ["DATABASE_URL"] = f"sqlite:///{var / 'gatehouse.sqlite3'}"


def _kept(path: Path, fresh: str) -> str:
    """The text of the file, which is made with ``fresh`` in it when there is none."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(fresh + "\n")
    return fresh
