"""Secrets at rest: Fernet with the keys of the field-key file, the first for writing, all for reading."""

import functools
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from contextlib import suppress

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sites_config.environment import private_file


class Undecryptable(Exception):
    """No key of the field-key file opens this secret."""


def encrypt(secret: bytes) -> bytes:
    """The Fernet token of a secret; bytes of any length."""
    return _fernet().encrypt(secret)


def decrypt(token: "bytes | memoryview[int]") -> bytes:
    """Takes what a BinaryField holds. Raises Undecryptable, which names the file to look at."""
    try:
        return _fernet().decrypt(bytes(token))
    except InvalidToken:
        raise _undecryptable() from None


def _undecryptable() -> Undecryptable:
    return Undecryptable(f"No key in {settings.FIELD_KEY_FILE} opens this secret.")


def rewrapped(token: "bytes | memoryview[int]") -> bytes | None:
    """The same secret under the newest key, None where it is under it already. Raises Undecryptable."""
    newest = _keys()[0]
    with suppress(InvalidToken):
        newest.decrypt(bytes(token))
        return None
    try:
        return _fernet().rotate(bytes(token))
    except InvalidToken:
        raise _undecryptable() from None


def seals(text: bytes, samples: Iterable[bytes]) -> list[str]:
    """The text encrypted with the newest key, and with each older one that opens a sample."""
    newest, *older = _keys()
    tokens = list(samples)
    return [key.encrypt(text).decode() for key in (newest, *(key for key in older if _opens(key, tokens)))]


def _opens(key: Fernet, tokens: Sequence[bytes]) -> bool:
    """Any of them."""
    for token in tokens:
        with suppress(InvalidToken):
            key.decrypt(token)
            return True
    return False


def check_keys() -> None:
    """Raises ImproperlyConfigured for a key file that can't be used: at the start, not in somebody's enrollment."""
    _fernet()


def keyed_digests(purpose: str, text: str) -> tuple[bytes, ...]:
    """32 bytes of HMAC-SHA256 for each key of the file, the newest first: for what is so short that whoever had a plain
    hash would guess it."""
    keys = (hmac.digest(line.encode(), purpose.encode(), "sha256") for line in _lines())
    return tuple(hmac.new(key, text.encode(), hashlib.sha256).digest() for key in keys)


def _lines() -> list[str]:
    return private_file(settings.FIELD_KEY_FILE).decode("ascii", "replace").split()


@functools.cache
def _keys() -> tuple[Fernet, ...]:
    """The newest first."""
    try:
        keys = tuple(Fernet(line) for line in _lines())
    except ValueError:
        keys = ()
    if not keys:
        raise ImproperlyConfigured(f"{settings.FIELD_KEY_FILE} must hold Fernet keys, one a line.")
    return keys


@functools.cache
def _fernet() -> MultiFernet:
    return MultiFernet(_keys())
