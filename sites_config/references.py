"""Short codes that a person can read to the help desk: no 0, O, 1 or I. A code opens nothing."""

import secrets
import unicodedata

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8


def new_reference() -> str:
    """Eight characters, 40 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def reference_of(digest: bytes) -> str:
    """The same eight characters for the same 32 bytes, which nobody can guess."""
    return "".join(ALPHABET[each % len(ALPHABET)] for each in digest[:LENGTH])


def typed_code(text: str) -> str:
    """The code in what somebody typed: in any case, with spaces or dashes anywhere, with the digits of any script.

    "" when it is none.
    """
    kept = (each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each)[0] in "LN")
    code = "".join(str(unicodedata.decimal(each, each)) for each in kept).upper()
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def spoken(reference: str) -> str:
    """The code in two groups, as pages show it."""
    return f"{reference[:4]}-{reference[4:]}" if len(reference) == LENGTH else reference
