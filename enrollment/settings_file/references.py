"""Secrets, and files that are named in the file: what a reference leads to. A secret itself never stands in a file."""

import os
import re
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from django.db.models import Model

from enrollment.settings_file.nodes import Fields, Node, Scalar, Wrong, text_of
from sites_config.secrets import Undecryptable, decrypt, encrypt

LARGEST_SECRET = 64 * 1024  # bytes; the key of a service account has two thousand
KINDS = ("env", "file", "keep")
HOW = "A secret never stands in the file: write {env: NAME}, {file: PATH}, {keep: true}, or null for none."
PREFIX = "GATEHOUSE_SECRET"


@dataclass(frozen=True)
class Given:
    """``secret``: b"" for none; None: whatever is stored stays."""

    secret: bytes | None


def given(node: Node, folder: Path) -> Given:
    """Raises Wrong, which never repeats what was found."""
    if isinstance(node, Scalar) and node.is_null:
        return Given(b"")
    if not isinstance(node, Fields) or len(node.of) != 1 or next(iter(node.of)) not in KINDS:
        raise Wrong(node, HOW)
    kind, value = next(iter(node.of.items()))
    if not isinstance(value, Scalar):
        raise Wrong(node, HOW)
    if kind == "keep":
        if not value.plain or value.text != "true":
            raise Wrong(node, HOW)
        return Given(None)
    return Given(
        _from_environment(node, value.text) if kind == "env" else _from_file(node, value.text, folder)
    )


def named_file(node: Node, folder: Path, largest: int) -> bytes:
    """The bytes of a file beside this one. Raises Wrong."""
    path = folder / text_of(node)
    try:
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such name"
        raise Wrong(node, f"{path} can't be read: {reason}.") from None
    if len(content) > largest:
        raise Wrong(node, f"{path} is larger than {largest} bytes.")
    return content


def same(stored: bytes, secret: bytes) -> bool:
    """What no key opens any more is another one."""
    with suppress(Undecryptable):
        return (decrypt(stored) if stored else b"") == secret
    return False


def sealed(secret: bytes) -> bytes:
    """As the column keeps it, b"" for none."""
    return encrypt(secret) if secret else b""


@dataclass
class References:
    """What stands in an export for each stored secret. ``keep``: for the same installation; else the name of a variable
    for another one."""

    keep: bool
    _names: set[str] = field(default_factory=set)

    def to(self, row: Model, key: str, *words: str) -> dict[str, object]:
        if self.keep:
            return {"keep": True}
        wanted = "_".join(filter(None, (PREFIX, *map(_as_name, (*words, str(row), key)))))
        name = next(each for each in _numbered(wanted) if each not in self._names)
        self._names.add(name)
        return {"env": name}


def _numbered(name: str) -> Iterable[str]:
    yield name
    for number in range(2, 10_000):
        yield f"{name}_{number}"


def _as_name(word: str) -> str:
    """Capitals, digits and underscores; "" of a name without any Latin letter."""
    plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Z0-9]+", "_", plain.upper()).strip("_")


def _from_environment(node: Node, name: str) -> bytes:
    value = os.environ.get(name, "") if name and "=" not in name and "\0" not in name else ""
    if not value:
        raise Wrong(node, f"The environment variable {name[:100]} is not set.")
    return _checked(node, os.fsencode(value), name[:100])


def _from_file(node: Node, path: str, folder: Path) -> bytes:
    """Without the end of its last line, which editors add."""
    secret = named_file(Scalar(path, node.line), folder, LARGEST_SECRET)
    secret = secret.removesuffix(b"\n").removesuffix(b"\r")
    if not secret:
        raise Wrong(node, f"{folder / path} is empty.")
    return _checked(node, secret, str(folder / path))


def _checked(node: Node, secret: bytes, where: str) -> bytes:
    if b"\0" in secret:
        raise Wrong(node, f"{where} contains a character that no password has.")
    try:
        secret.decode()
    except UnicodeDecodeError:
        raise Wrong(node, f"{where} is no text in UTF-8.") from None
    return secret
