"""What a browser would send back from an admin form: every value as rendered, and what somebody typed."""

from typing import Any

from django.test import Client


def values_of(answer: Any) -> dict[str, str | list[str]]:
    """The values of the page's form and of its inlines, from the forms themselves."""
    context = answer.context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    sent: dict[str, str | list[str]] = {}
    for form in forms:
        for bound in form:
            sent.update(_parts(bound))
    return sent


def _parts(bound: Any) -> dict[str, str | list[str]]:
    value = bound.value()
    widget = bound.field.widget
    if hasattr(widget, "widgets"):  # date and time
        parts = widget.decompress(value) if not isinstance(value, list) else value
        formatted = (each.format_value(part) or "" for each, part in zip(widget.widgets, parts, strict=True))
        return {f"{bound.html_name}_{index}": text for index, text in enumerate(formatted)}
    if isinstance(value, list):
        return {bound.html_name: [str(each) for each in value]}
    if isinstance(value, bool) or value is None:
        return {bound.html_name: "on"} if value else {}
    return {bound.html_name: str(value)}


def send(client: Client, url: str, **changes: object) -> Any:
    """Opens the form, types the changes, saves."""
    filled = values_of(client.get(url))
    typed = {
        name.replace("__", "-"): value if isinstance(value, list) else str(value)
        for name, value in changes.items()
    }
    return client.post(url, filled | typed)
