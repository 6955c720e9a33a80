"""How the person holding the phone answers a page: by what its form asks, never by which screen it is.

A new screen breaks no journey: what must be filled in and nobody gave an answer for gets a plausible one, the
rest is left as it stands and the first button pressed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.phone.errors import PhoneError
from tests.phone.forms import Button, Field, Form
from tests.phone.page import Page

Answers = Mapping[str, str]
TEXT = ("text", "email", "search", "tel")
PLAUSIBLE = {
    "text": "Ana Alvarez",
    "search": "Ana Alvarez",
    "textarea": "Ana Alvarez",
    "email": "ana@school.example",
    "tel": "+1 555 0100",
    "url": "https://school.example/",
    "number": "1",
    "date": "2025-03-01",
}


@dataclass(frozen=True)
class Reply:
    """`said` is what the phone prints: never a password."""

    form: Form
    values: dict[str, str]
    button: Button | None
    said: str


def _asks_password(form: Form) -> bool:
    return any(field.type == "password" for field in form.fields)


def _log_in(form: Form, answers: Answers) -> Reply:
    if "username" not in answers or "password" not in answers:
        raise PhoneError("Safari", "the page asks to log in, and no user name and password were given")
    user = next(field for field in form.fields if field.type in TEXT)
    password = next(field for field in form.fields if field.type == "password")
    values = {user.name: answers["username"], password.name: answers["password"]}
    return Reply(form, values, form.button(), f"log in as {answers['username']}")


def _asks_choice(form: Form) -> bool:
    return any(field.type in ("radio", "select") for field in form.fields)


def _choose(form: Form, answers: Answers) -> Reply:
    """Every list and group of radio buttons: the given answer by value or label, else what is checked, else
    the first."""
    values = _filled(form, answers)
    values |= {field.name: _option(field, answers.get(field.name)) for field in form.fields if field.options}
    for name in {field.name for field in form.fields if field.type == "radio"}:
        values[name] = _choice(form.named(name), answers.get(name))
    chosen = ", ".join(f"{name}={value}" for name, value in values.items())
    return Reply(form, values, form.button(), f"choose {chosen}")


def _choice(radios: list[Field], wanted: str | None) -> str:
    if wanted is None:
        return next((radio.value for radio in radios if radio.checked), radios[0].value)
    for radio in radios:
        if wanted in (radio.value, radio.label):
            return radio.value
    raise PhoneError("Safari", f"{radios[0].name!r} does not offer {wanted!r}")


def _option(select: Field, wanted: str | None) -> str:
    """Value of the wanted option, by value or label; else what is selected, else the first that is not
    empty."""
    if wanted is None:
        return select.value or next((value for value, _ in select.options if value), "")
    for value, label in select.options:
        if wanted in (value, label):
            return value
    raise PhoneError("Safari", f"{select.name!r} does not offer {wanted!r}")


def _asks_text(form: Form) -> bool:
    return any(field.type in TEXT for field in form.fields)


def _write(form: Form, answers: Answers) -> Reply:
    values = _filled(form, answers)
    written = ", ".join(f"{name}={value}" for name, value in values.items()) or "nothing"
    # A magnifier comes first in its form, because Return presses it; a person who is done presses the other.
    onwards = next((button for button in form.buttons if button.name != "search"), form.button())
    return Reply(form, values, onwards, f"write {written}")


def _filled(form: Form, answers: Answers) -> dict[str, str]:
    """The given answers, and one for every other field that must have one: ticked, or a plausible text."""
    required = {field.name: _plausible(field) for field in form.fields if field.required}
    given = {field.name: answers[field.name] for field in form.fields if field.name in answers}
    return {name: value for name, value in required.items() if value} | given


def _plausible(field: Field) -> str:
    return field.value or PLAUSIBLE.get(field.type, "")


def _asks_nothing(form: Form) -> bool:
    return True


def _press(form: Form, answers: Answers) -> Reply:
    """Tick and fill in what must be, and press Accept where there is one, else the first button."""
    button = form.button("accept") or form.button(value="accept") or form.button()
    return Reply(form, _filled(form, answers), button, f"press {button.text if button else 'Return'!r}")


ANSWERERS: tuple[tuple[Callable[[Form], bool], Callable[[Form, Answers], Reply]], ...] = (
    (_asks_password, _log_in),
    (_asks_choice, _choose),  # ownership, site
    (_asks_text, _write),  # assigned user: blank unless it is required or the answers name somebody
    (_asks_nothing, _press),  # welcome, agreement, "I have installed it", Continue
)


def reply_to(page: Page, answers: Answers) -> Reply:
    """The reply to the page's first form that is not part of its frame."""
    if not page.main_forms:
        raise PhoneError("Safari", f"nothing to answer: {page.describe()}")
    form = page.main_forms[0]
    return next(answer(form, answers) for asks, answer in ANSWERERS if asks(form))
