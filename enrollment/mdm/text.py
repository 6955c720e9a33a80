"""Texts that a device claims about itself, made fit to be stored and shown."""

import unicodedata
from collections.abc import Mapping

LIMITS: Mapping[str, int] = {
    "DeviceName": 200,
    "OSVersion": 32,
    "BuildVersion": 32,
    "Model": 64,
    "ModelName": 100,
    "ProductName": 64,
    "SerialNumber": 64,
    "IMEI": 32,
    "MEID": 32,
    "WiFiMAC": 32,
    "ErrorDomain": 128,
    "LocalizedDescription": 500,
    "USEnglishDescription": 500,
    "PayloadIdentifier": 255,
    "PayloadUUID": 64,
    "PayloadDisplayName": 255,
    "PayloadOrganization": 255,
}
"""Characters kept of each text, by Apple's key; columns that store it have this length."""

_JOINERS = "\u200c\u200d"  # spell Persian words and family emoji; they turn no line around


def clean(text: str, limit: int) -> str:
    """`text` on one line, without control and format (bidirectional) characters, at most `limit` characters.

    Nothing is escaped: that is the business of the page, the log or the CSV file that shows it.
    """
    few = text[: 4 * limit]  # a name of megabytes is not looked at to its end
    line = " ".join(few.split())
    return "".join(character for character in line if _is_kept(character))[:limit].strip()


def clean_key(key: str, text: str) -> str:
    """`text` cleaned to the limit of Apple's `key`; IMEI and MEID lose the blanks that group their digits."""
    cleaned = clean(text, LIMITS[key])
    return cleaned.replace(" ", "") if key in ("IMEI", "MEID") else cleaned


def _is_kept(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) not in ("Cc", "Cf", "Cs")
