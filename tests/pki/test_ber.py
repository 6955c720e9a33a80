from time import process_time

import pytest

from enrollment.pki.ber import MAX_DEPTH, MAX_ELEMENTS, MAX_SIZE, check_ber
from enrollment.pki.cms import read_signed
from enrollment.pki.errors import PkiError

from .der import indefinite, integer, octets, sequence, tlv


def nested(depth: int, *, ber: bool = False) -> bytes:
    message = octets(b"inside")
    for _ in range(depth):
        message = indefinite(0x30, message) if ber else sequence(message)
    return message


def test_what_apple_sends_passes(captured_request: bytes) -> None:
    check_ber(captured_request)
    check_ber(indefinite(0x30, integer(1), indefinite(0xA0, indefinite(0x24, octets(b"a"), octets(b"b")))))


@pytest.mark.parametrize("ber", [False, True])
def test_depth_is_limited(ber: bool) -> None:
    check_ber(nested(MAX_DEPTH, ber=ber))
    with pytest.raises(PkiError, match="deep"):
        check_ber(nested(MAX_DEPTH + 1, ber=ber))


def test_the_number_of_elements_is_limited() -> None:
    check_ber(sequence(*[octets(b"")] * (MAX_ELEMENTS - 1)))
    with pytest.raises(PkiError, match="parts"):
        check_ber(sequence(*[octets(b"")] * MAX_ELEMENTS))


def test_size_is_limited() -> None:
    with pytest.raises(PkiError, match="bytes"):
        check_ber(octets(bytes(MAX_SIZE)))


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x30",
        b"\x30\x03\x04\x05a",
        b"\x04\x02a",
        b"\x30\x80\x04\x01a",
        b"\x30\x80\x04\x01a\x00",
        b"\x04\x80a\x00\x00",
        b"\x30\x02\x00\x00",
        b"\x20\x02\x04\x00",
        b"\x1f\x21" + bytes(0x21),
        b"\x04\x85\x00\x00\x00\x00\x01a",
        b"\x04\x82\x01",
        b"\x04\xff" + b"\x00" * 127,
        b"\x04\x01ab",
        b"\x30\x80\x00\x00\x00\x00",
    ],
    ids=[
        "nothing",
        "a tag alone",
        "a part longer than the whole",
        "truncated",
        "without its end",
        "with half its end",
        "indefinite but primitive",
        "an end where none is due",
        "constructed end",
        "a tag of two bytes",
        "a length of five bytes",
        "half a length",
        "the reserved length",
        "a byte behind it",
        "an end too many",
    ],
)
def test_broken_encodings_are_refused(message: bytes) -> None:
    with pytest.raises(PkiError):
        check_ber(message)


def test_an_endless_object_identifier_costs_no_time() -> None:
    """Reading one of this size takes minutes, so that one request would stop a worker."""
    message = sequence(tlv(0x06, b"\x2a" + b"\xff" * 500_000 + b"\x01"), octets(b""))
    before = process_time()
    with pytest.raises(PkiError):
        read_signed(message)
    assert process_time() - before < 0.5
