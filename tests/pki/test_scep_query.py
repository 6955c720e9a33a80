"""A SCEP message in the query of a GET (RFC 8894, 4.1)."""

import base64

import pytest

from enrollment.pki.errors import PkiError
from enrollment.pki.scep import message_from_query

BYTES = bytes(range(256))  # has "+", "/" and padding in base64


@pytest.mark.parametrize(
    "text",
    [
        base64.b64encode(BYTES).decode(),
        base64.urlsafe_b64encode(BYTES).decode(),
        base64.b64encode(BYTES).decode().replace("+", " "),
        base64.b64encode(BYTES).decode().rstrip("="),
        base64.urlsafe_b64encode(BYTES).decode().rstrip("="),
        base64.encodebytes(BYTES).decode(),
    ],
    ids=["standard", "for URLs", "plus read as space", "without padding", "mdmb", "in lines"],
)
def test_a_message_in_the_query_is_read_however_it_was_quoted(text: str) -> None:
    assert message_from_query(text) == BYTES


@pytest.mark.parametrize("text", ["A", "AAAAA", "%%%%", "AA=A", "ÄÄÄÄ", "A" * 2_000_000])
def test_a_query_that_is_no_base64_is_refused(text: str) -> None:
    with pytest.raises(PkiError):
        message_from_query(text)
