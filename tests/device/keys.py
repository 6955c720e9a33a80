"""A few RSA keys that all phones of the tests share, because making one takes longer than a whole enrollment."""

import functools
import itertools

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.phone.management import new_key

POOL = 4
_turns = itertools.cycle(range(POOL))


@functools.cache
def pooled_key(number: int, bits: int = 2048) -> RSAPrivateKey:
    """The same key for the same number, whoever asks."""
    return new_key(bits)


def any_key(bits: int) -> RSAPrivateKey:
    """A key of the pool; neighbouring calls get different ones."""
    return pooled_key(next(_turns), bits)
