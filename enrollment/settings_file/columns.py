"""One column: what stands in the file for a value, and the value for what stands in the file."""

import re
from datetime import datetime
from typing import Any

from django.contrib.sites.models import Site
from django.db.models import BooleanField, DateTimeField, Field, IntegerField, JSONField, Model
from django.utils.dateparse import parse_datetime

from enrollment.settings_file.nodes import FALSE, TRUE, Entries, Fields, Node, Scalar, Wrong, entries, text_of

NUMBER = re.compile(r"-?[0-9]{1,18}")
FRACTION = re.compile(r"-?[0-9]+\.[0-9]+(e[+-]?[0-9]+)?")
EMPTY: tuple[object, ...] = (None, "", {}, [])


def column(model: type[Model], name: str) -> "Field[Any, Any]":
    found: Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]  # no relation among ours
    return found


def default_of(field: "Field[Any, Any]") -> Any:
    """What a row has that says nothing: None where the column may be null, "" for texts."""
    return field.get_default()


def can_go(field: "Field[Any, Any]") -> bool:
    """Not what every row needs and none begins with."""
    return field.null or field.blank or field.has_default()


def goes_without_saying(field: "Field[Any, Any]", value: Any) -> bool:
    """Blank, and blank in a new row too. What has a default is written down: the next release may have another."""
    return value in EMPTY and default_of(field) in EMPTY


def written(field: "Field[Any, Any]", value: Any, *, listed: bool) -> Any:
    """For the file."""
    if listed:
        return [code for code in str(value).split(",") if code]
    return value.isoformat() if isinstance(value, datetime) else value


def value_of(field: "Field[Any, Any]", node: Node, before: Any, *, listed: bool) -> Any:
    """Of the file; null goes back to the default. Raises Wrong."""
    if isinstance(node, Scalar) and node.is_null:
        return default_of(field)
    if isinstance(field, BooleanField):
        return _truth(node)
    if isinstance(field, IntegerField):
        return _number(node)
    if isinstance(field, JSONField):
        return anything(node)
    if isinstance(field, DateTimeField):
        return _time(node)
    if listed and not isinstance(node, Scalar):
        return ",".join(text_of(each) for each in entries(node))
    return _text(node, before)


def in_words(value: Any) -> str:
    if value in EMPTY:
        return "(nothing)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Site):
        return value.domain  # as the file names it
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def truth_of(node: Node, default: bool) -> bool:
    return default if isinstance(node, Scalar) and node.is_null else _truth(node)


def _text(node: Node, before: Any) -> str:
    """Without the blanks around, which forms take away as well, unless they are there already."""
    text = text_of(node)
    return text if text == before else text.strip()


def _truth(node: Node) -> bool:
    if not isinstance(node, Scalar) or not node.plain or node.text not in (*TRUE, *FALSE):
        raise Wrong(node, "Write true or false.")
    return node.text in TRUE


def _number(node: Node) -> int:
    if not isinstance(node, Scalar) or not NUMBER.fullmatch(node.text):
        raise Wrong(node, "Write a whole number.")
    return int(node.text)


def _time(node: Node) -> datetime:
    try:
        found = parse_datetime(text_of(node))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Wrong(node, "Write a time such as 2030-01-31T12:00:00+00:00.")
    return found


def anything(node: Node) -> Any:
    """As JSON has it."""
    if isinstance(node, Fields):
        return {key: anything(value) for key, value in node.of.items()}
    if isinstance(node, Entries):
        return [anything(value) for value in node.of]
    if node.is_null:
        return None
    if node.plain and node.text in ("true", "false"):
        return node.text == "true"
    return _number_or_text(node)


def _number_or_text(node: Scalar) -> int | float | str:
    if node.plain and NUMBER.fullmatch(node.text):
        return int(node.text)
    return float(node.text) if node.plain and FRACTION.fullmatch(node.text) else node.text
