"""ASN.1 written by hand, in DER or with indefinite lengths as Apple's encoder writes them."""


def tlv(tag: int, *parts: bytes) -> bytes:
    contents = b"".join(parts)
    return bytes([tag]) + _length(len(contents)) + contents


def indefinite(tag: int, *parts: bytes) -> bytes:
    return bytes([tag, 0x80]) + b"".join(parts) + b"\x00\x00"


def _length(number: int) -> bytes:
    if number < 0x80:
        return bytes([number])
    encoded = number.to_bytes((number.bit_length() + 7) // 8)
    return bytes([0x80 | len(encoded)]) + encoded


def sequence(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def set_of(*parts: bytes) -> bytes:
    return tlv(0x31, *sorted(parts))


def integer(number: int) -> bytes:
    return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1))


def octets(value: bytes) -> bytes:
    return tlv(0x04, value)


def chunked_octets(value: bytes, *, tag: int = 0x24, size: int = 300) -> bytes:
    """A constructed OCTET STRING of indefinite length."""
    return indefinite(tag, *(octets(value[at : at + size]) for at in range(0, len(value), size)))


def bits(value: bytes) -> bytes:
    return tlv(0x03, b"\x00", value)


def printable(value: bytes) -> bytes:
    return tlv(0x13, value)


def utf8(value: str) -> bytes:
    return tlv(0x0C, value.encode())


def oid(dotted: str) -> bytes:
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return tlv(0x06, *(_arc(arc) for arc in (first * 40 + second, *rest)))


def _arc(number: int) -> bytes:
    encoded = [number & 0x7F]
    while number := number >> 7:
        encoded.insert(0, number & 0x7F | 0x80)
    return bytes(encoded)


def attribute(identifier: str, *values: bytes) -> bytes:
    return sequence(oid(identifier), set_of(*values))
