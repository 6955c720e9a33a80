"""What a change in the administration leaves in the history of its row: each field with its value before and after.
A new row has every value that it began with, also the usual ones that nobody touched.

Of a secret there stands a fingerprint, by which two values are the same or not. It is keyed: a plain hash of a password
that somebody chose could be guessed.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import BinaryField, Model
from django.forms.formsets import DELETION_FIELD_NAME
from django.utils import timezone
from django.utils.crypto import salted_hmac

from sites_config.secrets import Undecryptable, decrypt

MOST_LETTERS = 200
MOST_IN_LOG = 1500  # letters of a value that stands there in full, such as the names of forty schools
LETTERS_BEFORE = 20
NOTHING = "nothing"
NOT_SHOWN = "not shown"
PLAIN = forms.Field()


def change_message(form: Any, formsets: Iterable[Any], add: bool) -> list[dict[str, Any]]:
    """As Django's own, which names the fields alone; its pages show it in the same way."""
    return [*_of_form(form, add), *(facts for formset in formsets for _row, facts in _of_formset(formset))]


def parts_by_site(formsets: Iterable[Any]) -> dict[int, list[dict[str, Any]]]:
    """What was changed of rows below it that have a site of their own, as ``change_message`` has it."""
    found: dict[int, list[dict[str, Any]]] = {}
    for formset in formsets:
        for row, facts in _of_formset(formset):
            found.setdefault(getattr(row, "site_id", 0), []).append(facts)
    return found


def last_values(row: Model) -> list[dict[str, Any]]:
    """What stands in the history of a row that goes: each value that it had."""
    values = [
        {"field": name, "old": old, "new": NOTHING} for name, old in _stored(row) if old not in ("", NOTHING)
    ]
    fields = [f"{each['field']}: {each['old']} → {NOTHING}" for each in values]
    return [{"deleted": _named(row)}, {"changed": {"fields": fields, "values": values}}]


def _stored(row: Model) -> Iterator[tuple[str, str]]:
    """Label and value. What is neither for people nor a secret, such as hashes of tokens, is left out."""
    for field in row._meta.concrete_fields:
        label = str(field.verbose_name).capitalize()
        if isinstance(field, BinaryField):
            if field.name.endswith("_encrypted"):
                yield label.removesuffix(" encrypted"), _of_secret(row, field.name)
        elif not field.primary_key and field.name != "password":
            shown = getattr(row, f"get_{field.name}_display", None)
            yield label, _whole(_words(PLAIN, shown() if shown else getattr(row, field.name)))
    for many in row._meta.many_to_many:
        yield (
            str(many.verbose_name).capitalize(),
            _whole(", ".join(sorted(map(str, getattr(row, many.name).all())))),
        )


def _of_form(form: Any, add: bool) -> Iterator[dict[str, Any]]:
    if add:
        yield {"added": {}}
    for facts in _begun_with(form) if add else _changed(form):
        yield {"changed": facts}


def _of_formset(formset: Any) -> Iterator[tuple[Model, dict[str, Any]]]:
    by_row = {id(form.instance): form for form in formset.forms}
    for row in formset.new_objects:
        yield row, {"added": _named(row)}
        for facts in _begun_with(by_row[id(row)]):
            yield row, {"changed": _named(row) | facts}
    for row, _names in formset.changed_objects:
        for facts in _changed(by_row[id(row)]):
            yield row, {"changed": _named(row) | facts}
    for row in formset.deleted_objects:
        yield row, {"deleted": _named(row)}


def _named(row: Model) -> dict[str, Any]:
    return {"name": str(row._meta.verbose_name), "object": str(row)}


def _changed(form: Any) -> Iterator[dict[str, Any]]:
    """``fields``: for people; ``values``: the same for programs. Nothing where nothing was changed."""
    yield from _facts([*_plain_changes(form), *_secret_changes(form)])


def _begun_with(form: Any) -> Iterator[dict[str, Any]]:
    """Likewise of a new row. Its form has fields of the page's own too: the tick that would take it away, its key."""
    secrets = _secrets(form)
    plain = [name for name in form.fields if name not in (*secrets, DELETION_FIELD_NAME)]
    shown = [name for name in plain if not form[name].is_hidden]
    values = [{"field": label_of(form, name), "old": NOTHING, "new": _given(form, name)} for name in shown]
    yield from _facts([*(each for each in values if each["new"] != NOTHING), *_secret_changes(form)])


def _given(form: Any, name: str) -> str:
    value = form.cleaned_data.get(name)
    if isinstance(form.fields[name].widget, forms.PasswordInput):
        return NOT_SHOWN if value else NOTHING
    also = getattr(form, "given_besides", {}).get(name, ())
    return _whole(_words(form.fields[name], [value, *also] if also else value))


def _facts(values: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    if values:
        fields = [f"{each['field']}: {each['old']} → {each['new']}" for each in values]
        yield {"fields": fields, "values": values}


def _plain_changes(form: Any) -> Iterator[dict[str, str]]:
    for name in form.changed_data:
        if name in _secrets(form):
            continue
        field = form.fields.get(name)
        if field is None or isinstance(field.widget, forms.PasswordInput):  # somebody's own password
            yield {"field": name, "old": NOT_SHOWN, "new": NOT_SHOWN}
            continue
        values = (form.initial.get(name), form.cleaned_data.get(name))
        old, new = _differing(*(_words(field, value).strip() for value in values))
        yield {"field": label_of(form, name), "old": old, "new": new}


def _secret_changes(form: Any) -> Iterator[dict[str, str]]:
    """By what is stored: one that is erased because its server changed counts as well."""
    before = getattr(form, "before", None)
    for name, column in _secrets(form).items():
        old, new = _of_secret(before, column), _of_secret(form.instance, column)
        if old != new:
            yield {"field": label_of(form, name), "old": old, "new": new}


def _secrets(form: Any) -> dict[str, str]:
    """Field of the form -> column that keeps it encrypted."""
    found: dict[str, str] = getattr(form, "secrets", {})
    return found


def _of_secret(row: Model | None, column: str) -> str:
    stored = bytes(getattr(row, column, None) or b"")
    if not stored:
        return NOTHING
    try:
        return fingerprint(decrypt(stored))
    except Undecryptable:
        return "unreadable"


def fingerprint(secret: bytes) -> str:
    """“#1a2b3c4d”: 32 bits of an HMAC-SHA-256 under this installation's key."""
    return f"#{salted_hmac('audit', secret, algorithm='sha256').hexdigest()[:8]}"


def label_of(form: Any, name: str) -> str:
    return str(form.fields[name].label or name.replace("_", " ").capitalize())


def in_words(field: forms.Field, value: Any) -> str:
    """A value of the form's field as people read it, cut to 200 letters."""
    return _cut(_words(field, value)) or NOTHING


def _cut(text: str) -> str:
    words = text.strip()
    return f"{words[:MOST_LETTERS]}…" if len(words) > MOST_LETTERS else words


def _whole(text: str, begin: int = 0) -> str:
    """From there on; of a long one its length and a fingerprint too, by which the whole of it is known."""
    words = text.strip()
    if len(words) <= MOST_IN_LOG:
        return words or NOTHING
    before = "…" if begin else ""
    shown = words[begin : begin + MOST_LETTERS]
    return f"{before}{shown}… ({len(words)} letters, {fingerprint(words.encode())})"


def _differing(old: str, new: str) -> tuple[str, str]:
    """Long texts from shortly before the first letter in which they differ."""
    pairs = enumerate(zip(old, new, strict=False))
    begin = next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))
    begin = max(0, begin - LETTERS_BEFORE)
    return _whole(old, begin), _whole(new, begin)


def _words(field: forms.Field, value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "", True: "yes", False: "no"}[value]
    if isinstance(value, datetime):
        return (
            timezone.localtime(value).strftime("%Y-%m-%d %H:%M %Z")
            if timezone.is_aware(value)
            else str(value)
        )
    if isinstance(value, str | int) or not isinstance(value, Iterable):
        return _chosen(field, value)
    return ", ".join(sorted(_chosen(field, each) for each in value))


def _chosen(field: forms.Field, value: Any) -> str:
    """The label of a choice; of a row that is out of reach its key."""
    if isinstance(field, forms.ModelChoiceField):
        return str(value) if isinstance(value, Model) else _row(field, value)
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): str(label) for key, label in _flat(field.choices)}
        return labels.get(str(value), str(value)) if str(value) else ""
    return str(value)


def _row(field: "forms.ModelChoiceField[Any]", value: Any) -> str:
    found = field.queryset.filter(pk=value).first() if field.queryset is not None else None
    return str(found or value)


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    """Without the headings of groups."""
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield key, label
