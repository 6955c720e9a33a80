"""Short codes that a person can read to the help desk: no 0, O, 1 or I. A code opens nothing."""

import secrets

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8


def new_reference() -> str:
    """Eight characters, 40 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def spoken(reference: str) -> str:
    """The code in two groups, as pages show it."""
    return f"{reference[:4]}-{reference[4:]}" if len(reference) == LENGTH else reference
