"""What stands in a row, as the log of changes has it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.db.models import BinaryField, Model

from sites_config.in_words import NOTHING, fingerprint, whole, words_of
from sites_config.secrets import Undecryptable, decrypt

PLAIN = forms.Field()
FILES = frozenset({"certificate_der"})


def last_values(row: Model, values: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """What stands in the history of a row that goes: each value that it had, as ``stored`` said."""
    had = [{"field": name, "old": old, "new": NOTHING} for name, old in values if _is_there(old)]
    return [{"deleted": named(row)}, *told(had)]


def became(before: Mapping[str, str], after: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """What differs in what ``stored`` said; all that is there, for a new row with nothing before."""
    pairs = ((name, before.get(name, NOTHING), new) for name, new in after)
    differ = (
        (name, old, new) for name, old, new in pairs if old != new and (_is_there(old) or _is_there(new))
    )
    return told([{"field": name, "old": old or NOTHING, "new": new or NOTHING} for name, old, new in differ])


def told(values: list[dict[str, str]]) -> list[dict[str, Any]]:
    """As Django's history has it."""
    return [{"changed": each} for each in facts(values)]


def facts(values: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    """``fields``: for people; ``values``: the same for programs. Nothing where nothing was changed."""
    if values:
        fields = [f"{each['field']}: {each['old']} → {each['new']}" for each in values]
        yield {"fields": fields, "values": values}


def named(row: Model) -> dict[str, Any]:
    return {"name": str(row._meta.verbose_name), "object": str(row)}


def _is_there(words: str) -> bool:
    return words not in ("", NOTHING)


def stored(row: Model) -> Iterator[tuple[str, str]]:
    """Label and value. What is neither for people nor a secret, such as hashes of tokens, is left out."""
    for field in row._meta.concrete_fields:
        label = str(field.verbose_name).capitalize()
        if isinstance(field, BinaryField):
            if field.name.endswith("_encrypted"):
                yield label.removesuffix(" encrypted"), of_secret(row, field.name)
            elif field.name in FILES:
                yield label, fingerprint(bytes(getattr(row, field.name)))
        elif field.name.endswith(("_pem", "_xml")):
            yield label, file_in_words(getattr(row, field.name))
        elif not field.primary_key and field.name != "password":
            shown = getattr(row, f"get_{field.name}_display", None)
            yield label, whole(words_of(PLAIN, shown() if shown else getattr(row, field.name)))
    for many in row._meta.many_to_many:
        yield (
            str(many.verbose_name).capitalize(),
            whole(", ".join(sorted(map(str, getattr(row, many.name).all())))),
        )


def file_in_words(text: str) -> str:
    """Of a certificate or metadata, which nobody compares by reading."""
    return fingerprint(text.encode()) if text else NOTHING


def of_secret(row: Model | None, column: str) -> str:
    stored = bytes(getattr(row, column, None) or b"")
    if not stored:
        return NOTHING
    try:
        return fingerprint(decrypt(stored))
    except Undecryptable:
        return "unreadable"
