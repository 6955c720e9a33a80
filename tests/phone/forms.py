"""The forms of a page: what they ask, and what their buttons send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from tests.phone.errors import PhoneError
from tests.phone.html_tree import Element

NOT_FILLED = frozenset(["submit", "button", "image", "reset"])
TICKED = frozenset(["radio", "checkbox"])


@dataclass(frozen=True)
class Field:
    """`options`: value and label of each <option>; of a radio or checkbox `value` and `label` are its own."""

    name: str
    type: str
    value: str
    label: str
    checked: bool
    required: bool
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Button:
    name: str
    value: str
    text: str
    action: str | None  # formaction, absolute
    cancels: bool  # formnovalidate


@dataclass(frozen=True)
class Form:
    action: str  # absolute
    method: str
    fields: tuple[Field, ...]
    buttons: tuple[Button, ...]
    validated: bool

    def named(self, name: str) -> list[Field]:
        return [field for field in self.fields if field.name == name]

    def asks(self, name: str) -> bool:
        return any(field.type != "hidden" for field in self.named(name))

    def goes_to(self, *endings: str) -> bool:
        path = urlsplit(self.action).path.rstrip("/")
        return any(path.endswith(ending) for ending in endings)

    def button(self, name: str = "", value: str = "") -> Button | None:
        """The button of that name and value; the first where none is named."""
        named = (b for b in self.buttons if name in ("", b.name) and value in ("", b.value))
        return next(named, None)

    def data(self, answers: Mapping[str, str], button: Button | None) -> list[tuple[str, str]]:
        """Name and value pairs as Safari sends them; a required field left empty is refused as Safari
        does."""
        pairs = [pair for field in self.fields for pair in _pairs(field, answers)]
        if self.validated and not (button and button.cancels):
            self._check_required(dict(pairs))
        return [*pairs, (button.name, button.value)] if button and button.name else pairs

    def _check_required(self, sent: Mapping[str, str]) -> None:
        for field in self.fields:
            if field.required and not sent.get(field.name):
                raise PhoneError("Safari", f"the field {field.name!r} ({field.label!r}) must be filled in")


def _pairs(field: Field, answers: Mapping[str, str]) -> list[tuple[str, str]]:
    answer = answers.get(field.name)
    if field.type in TICKED:
        ticked = field.checked if answer is None else answer == field.value
        return [(field.name, field.value)] if ticked else []
    return [(field.name, field.value if answer is None or field.type == "hidden" else answer)]


def read_forms(root: Element, base: str) -> tuple[Form, ...]:
    return tuple(_form(element, root, base) for element in root.all("form"))


def _form(element: Element, root: Element, base: str) -> Form:
    attributes = element.attributes
    controls = [
        control for control in root.all("input", "select", "textarea", "button") if _owner(control, element)
    ]
    live = [control for control in controls if "disabled" not in control.attributes]
    return Form(
        action=urljoin(base, attributes.get("action") or base),
        method=attributes.get("method", "get").upper(),
        fields=tuple(_field(control, root) for control in live if _is_field(control)),
        buttons=tuple(_button(control, base) for control in live if _is_button(control)),
        validated="novalidate" not in attributes,
    )


def _owner(control: Element, form: Element) -> bool:
    if "form" in control.attributes:
        return control.attributes["form"] == form.attributes.get("id")
    return any(element is control for element in form.walk())


def _is_button(control: Element) -> bool:
    kind = control.attributes.get("type", "submit" if control.tag == "button" else "text")
    return kind in ("submit", "image") and control.tag in ("button", "input")


def _is_field(control: Element) -> bool:
    is_input = control.tag != "button" and control.attributes.get("type") not in NOT_FILLED
    return is_input and bool(control.attributes.get("name"))


def _button(control: Element, base: str) -> Button:
    attributes = control.attributes
    action = attributes.get("formaction")
    return Button(
        name=attributes.get("name", ""),
        value=attributes.get("value", ""),
        text=control.text or attributes.get("value", ""),
        action=urljoin(base, action) if action else None,
        cancels="formnovalidate" in attributes,
    )


def _field(control: Element, root: Element) -> Field:
    attributes = control.attributes
    kind = attributes.get("type", "text").lower() if control.tag == "input" else control.tag
    options = tuple(
        (option.attributes.get("value", option.text), option.text) for option in control.all("option")
    )
    return Field(
        name=attributes["name"],
        type=kind,
        value=_value(control, kind),
        label=_label(control, root),
        checked="checked" in attributes,
        required="required" in attributes,
        options=options,
    )


def _value(control: Element, kind: str) -> str:
    if kind == "textarea":
        return control.text
    if kind != "select":
        return control.attributes.get("value", "on" if kind in TICKED else "")
    options = control.all("option")
    chosen = [option for option in options if "selected" in option.attributes] or options[:1]
    return chosen[0].attributes.get("value", chosen[0].text) if chosen else ""


def _label(control: Element, root: Element) -> str:
    identifier = control.attributes.get("id")
    labels = root.all("label")
    around = [label for label in labels if any(element is control for element in label.walk())]
    named = [label for label in labels if identifier and label.attributes.get("for") == identifier]
    return (named or around)[0].text if named or around else control.attributes.get("aria-label", "")
