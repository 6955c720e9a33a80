"""What a change in the administration leaves in the history of its row: each field with its value before and after.
A new row has every value that it began with, also the usual ones that nobody touched.

Of a secret there stands a fingerprint, by which two values are the same or not.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.db.models import Model
from django.forms.formsets import DELETION_FIELD_NAME

from sites_config.in_words import NOT_SHOWN, NOTHING, differing, whole, words_of
from sites_config.stored_values import facts, named, of_secret


def change_message(form: Any, formsets: Iterable[Any], add: bool) -> list[dict[str, Any]]:
    """As Django's own, which names the fields alone; its pages show it in the same way."""
    return [*_of_form(form, add), *(each for formset in formsets for _row, each in _of_formset(formset))]


def parts_by_site(formsets: Iterable[Any]) -> dict[int, list[dict[str, Any]]]:
    """What was changed of rows below it that have a site of their own, as ``change_message`` has it."""
    found: dict[int, list[dict[str, Any]]] = {}
    for formset in formsets:
        for row, each in _of_formset(formset):
            found.setdefault(getattr(row, "site_id", 0), []).append(each)
    return found


def _of_form(form: Any, add: bool) -> Iterator[dict[str, Any]]:
    if add:
        yield {"added": {}}
    for each in _begun_with(form) if add else _changed(form):
        yield {"changed": each}


def _of_formset(formset: Any) -> Iterator[tuple[Model, dict[str, Any]]]:
    by_row = {id(form.instance): form for form in formset.forms}
    for row in formset.new_objects:
        yield row, {"added": named(row)}
        for each in _begun_with(by_row[id(row)]):
            yield row, {"changed": named(row) | each}
    for row, _names in formset.changed_objects:
        for each in _changed(by_row[id(row)]):
            yield row, {"changed": named(row) | each}
    for row in formset.deleted_objects:
        yield row, {"deleted": named(row)}


def _changed(form: Any) -> Iterator[dict[str, Any]]:
    """``fields``: for people; ``values``: the same for programs. Nothing where nothing was changed."""
    yield from facts([*_plain_changes(form), *_secret_changes(form)])


def _begun_with(form: Any) -> Iterator[dict[str, Any]]:
    """Likewise of a new row. Its form has fields of the page's own too: the tick that would take it away, its key."""
    secrets = _secrets(form)
    plain = [name for name in form.fields if name not in (*secrets, DELETION_FIELD_NAME)]
    shown = [name for name in plain if not form[name].is_hidden]
    values = [{"field": label_of(form, name), "old": NOTHING, "new": _given(form, name)} for name in shown]
    yield from facts([*(each for each in values if each["new"] != NOTHING), *_secret_changes(form)])


def _given(form: Any, name: str) -> str:
    value = form.cleaned_data.get(name)
    if isinstance(form.fields[name].widget, forms.PasswordInput):
        return NOT_SHOWN if value else NOTHING
    also = getattr(form, "given_besides", {}).get(name, ())
    return whole(words_of(form.fields[name], [value, *also] if also else value))


def _plain_changes(form: Any) -> Iterator[dict[str, str]]:
    for name in form.changed_data:
        if name in _secrets(form):
            continue
        field = form.fields.get(name)
        if field is None or isinstance(field.widget, forms.PasswordInput):  # somebody's own password
            yield {"field": name, "old": NOT_SHOWN, "new": NOT_SHOWN}
            continue
        values = (form.initial.get(name), form.cleaned_data.get(name))
        old, new = differing(*(words_of(field, value).strip() for value in values))
        yield {"field": label_of(form, name), "old": old, "new": new}


def _secret_changes(form: Any) -> Iterator[dict[str, str]]:
    """By what is stored: one that is erased because its server changed counts as well."""
    before = getattr(form, "before", None)
    for name, column in _secrets(form).items():
        old, new = of_secret(before, column), of_secret(form.instance, column)
        if old != new:
            yield {"field": label_of(form, name), "old": old, "new": new}


def _secrets(form: Any) -> dict[str, str]:
    """Field of the form -> column that keeps it encrypted."""
    found: dict[str, str] = getattr(form, "secrets", {})
    return found


def label_of(form: Any, name: str) -> str:
    return str(form.fields[name].label or name.replace("_", " ").capitalize())
