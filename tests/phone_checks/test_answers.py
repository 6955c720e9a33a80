"""What the person answers: the given, and something plausible wherever a page insists."""

from __future__ import annotations

import pytest

from tests.phone.answers import reply_to
from tests.phone.network import Response
from tests.phone.page import Page, read_page


def asked(fields: str) -> Page:
    markup = f"<main><h1>New</h1><form method='post'>{fields}<button>Continue</button></form></main>"
    return read_page(Response("https://a.example/", 200, (), markup.encode()))


def sent(fields: str, **answers: str) -> dict[str, str]:
    reply = reply_to(asked(fields), answers)
    return dict(reply.form.data(reply.values, reply.button))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ('<input name="f" required>', "Ana Alvarez"),
        ('<input name="f" type="email" required>', "ana@school.example"),
        ('<input name="f" type="tel" required>', "+1 555 0100"),
        ('<input name="f" type="number" required>', "1"),
        ('<textarea name="f" required></textarea>', "Ana Alvarez"),
        ('<input name="f" required value="as it stands">', "as it stands"),
        ('<input name="f">', ""),
    ],
)
def test_a_new_screen_that_insists_on_a_text_gets_a_plausible_one(field: str, value: str) -> None:
    assert sent(field) == {"f": value}


def test_a_given_answer_comes_first() -> None:
    assert sent('<input name="f" required>', f="Noor Haddad") == {"f": "Noor Haddad"}


def test_texts_beside_a_choice_and_a_tick_are_filled_in_too() -> None:
    fields = """<input name="f" required><input type="checkbox" name="agreed" required>
    <select name="s"><option value="">Choose<option value="1">One</select>"""
    assert sent(fields) == {"f": "Ana Alvarez", "agreed": "on", "s": "1"}
