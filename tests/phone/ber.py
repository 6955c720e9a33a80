"""Writing BER and DER (ITU-T X.690), as much of it as CMS needs.

Tags are the whole identifier octet: 0x30 is SEQUENCE with its constructed bit, 0xA0 is [0] constructed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

INTEGER, BIT_STRING, OCTET_STRING, NULL, OBJECT_IDENTIFIER = 0x02, 0x03, 0x04, 0x05, 0x06
UTF8_STRING, PRINTABLE_STRING, UTC_TIME = 0x0C, 0x13, 0x17
SEQUENCE, SET = 0x30, 0x31
CONSTRUCTED = 0x20

PRINTABLE = re.compile(r"[A-Za-z0-9 '()+,\-./:=?]*\Z")


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def tlv(tag: int, *parts: bytes) -> bytes:
    """One element of definite length."""
    content = b"".join(parts)
    return bytes([tag]) + _length(len(content)) + content


def integer(number: int) -> bytes:
    return tlv(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


def _base128(arc: int) -> bytes:
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(0x80 | (arc & 0x7F))
    return bytes(reversed(octets))


def oid(dotted: str) -> bytes:
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return tlv(OBJECT_IDENTIFIER, *(_base128(arc) for arc in (first * 40 + second, *rest)))


def null() -> bytes:
    return tlv(NULL)


def printable(text: str) -> bytes:
    return tlv(PRINTABLE_STRING, text.encode("ascii"))


def utf8(text: str) -> bytes:
    return tlv(UTF8_STRING, text.encode())


def directory_string(text: str) -> bytes:
    """PrintableString where the alphabet allows it, else UTF8String, as Apple's clients choose."""
    return printable(text) if PRINTABLE.match(text) else utf8(text)


def algorithm(dotted: str, parameters: bytes = b"") -> bytes:
    return tlv(SEQUENCE, oid(dotted), parameters or null())


@dataclass(frozen=True)
class Encoding:
    """How containers are written: with definite lengths, or indefinite with strings cut into `chunk`
    octets."""

    name: str
    chunk: int = 0

    def wrap(self, tag: int, *parts: bytes) -> bytes:
        if not self.chunk:
            return tlv(tag, *parts)
        return bytes([tag, 0x80]) + b"".join(parts) + b"\0\0"

    def octets(self, content: bytes, tag: int = OCTET_STRING) -> bytes:
        """An OCTET STRING; `tag` is 0x80 for one that is [0] IMPLICIT."""
        if not self.chunk:
            return tlv(tag, content)
        chunks = [content[at : at + self.chunk] for at in range(0, len(content), self.chunk)]
        return self.wrap(tag | CONSTRUCTED, *(tlv(OCTET_STRING, chunk) for chunk in chunks))


DER = Encoding("DER")
BER = Encoding("BER", chunk=1000)
