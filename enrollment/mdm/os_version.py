"""Versions of iOS as numbers: "17.10" is newer than "17.9", and "17" the same as "17.0"."""

import re

_VERSION = re.compile(r"\s*(\d{1,4}(?:\.\d{1,4}){0,3})(?![\d.])")


def numbers(version: str) -> tuple[int, ...]:
    """(17, 6, 1) of "17.6.1"; () of what is no version."""
    found = _VERSION.match(version)
    parts = [int(part) for part in found[1].split(".")] if found else []
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def is_older(version: str, minimum: str) -> bool:
    """False where either says nothing."""
    said, least = numbers(version), numbers(minimum)
    return bool(said and least) and said < least
