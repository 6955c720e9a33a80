"""Secrets at rest: Fernet with the keys of the field-key file, the first for writing, all for reading."""

import functools

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
        raise Undecryptable(f"No key in {settings.FIELD_KEY_FILE} opens this secret.") from None


def check_keys() -> None:
    """Raises ImproperlyConfigured for a key file that can't be used: at the start, not in somebody's enrollment."""
    _fernet()


@functools.cache
def _fernet() -> MultiFernet:
    lines = private_file(settings.FIELD_KEY_FILE).decode("ascii", "replace").split()
    try:
        return MultiFernet([Fernet(line) for line in lines])
    except ValueError:
        raise ImproperlyConfigured(f"{settings.FIELD_KEY_FILE} must hold Fernet keys, one a line.") from None
