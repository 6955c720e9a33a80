"""A walk over BER (X.690) that reads no values: it bounds what the real parser will have to do."""

from .errors import PkiError

MAX_SIZE = 1024 * 1024  # bytes; an Apple device's SCEP request is about 4 kB
MAX_DEPTH = 24  # a CMS message with a certificate in it is 12 deep
MAX_ELEMENTS = 5000  # with ten certificates about 1000
MAX_OBJECT_IDENTIFIER = 64  # bytes; reading one takes time that grows with the square of its length
OBJECT_IDENTIFIER = 0x06  # tag
END_OF_CONTENTS = b"\x00\x00"


def check_ber(data: bytes) -> None:
    """One element and nothing behind it, of bounded size, depth and number of parts; else PkiError.

    Apple sends indefinite lengths, so they pass; tags above 30 and lengths of more than four bytes do not.
    """
    if len(data) > MAX_SIZE:
        raise PkiError(f"message of {len(data)} bytes")
    if _Walk(data).element(0, len(data), depth=0) != len(data):
        raise PkiError("bytes behind the message")


class _Walk:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.elements = 0

    def element(self, start: int, end: int, depth: int) -> int:
        """Offset behind the element at start, all of which has to lie before end."""
        self._count(depth)
        constructed, length, body = self._header(start, end)
        if length is None:
            return self._parts_until_marker(body, end, depth + 1)
        if length > end - body:
            raise PkiError("length beyond the end")
        if self.data[start] == OBJECT_IDENTIFIER and length > MAX_OBJECT_IDENTIFIER:
            raise PkiError("overlong object identifier")
        if constructed:
            self._parts(body, body + length, depth + 1)
        return body + length

    def _count(self, depth: int) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS or depth > MAX_DEPTH:
            raise PkiError("message too deep or of too many parts")

    def _parts(self, at: int, end: int, depth: int) -> None:
        while at < end:
            at = self.element(at, end, depth)

    def _parts_until_marker(self, at: int, end: int, depth: int) -> int:
        while not self.data.startswith(END_OF_CONTENTS, at, end):
            at = self.element(at, end, depth)
        return at + len(END_OF_CONTENTS)

    def _header(self, start: int, end: int) -> tuple[bool, int | None, int]:
        """Whether the element has parts, its length (None: indefinite), and where its contents begin."""
        if end - start < 2:
            raise PkiError("truncated element")
        tag, first = self.data[start], self.data[start + 1]
        if tag & 0x1F == 0x1F or tag & 0xDF == 0:
            # a tag of several bytes, or the end of contents that have not begun
            raise PkiError(f"tag {tag:#04x}")
        constructed = bool(tag & 0x20)
        if first < 0x80:
            return constructed, first, start + 2
        if first == 0x80 and constructed:
            return constructed, None, start + 2
        return constructed, *self._long_length(start + 2, first & 0x7F, end)

    def _long_length(self, at: int, size: int, end: int) -> tuple[int, int]:
        if not 1 <= size <= 4 or size > end - at:
            raise PkiError("unusable length")
        return int.from_bytes(self.data[at : at + size]), at + size
