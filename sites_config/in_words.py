"""Values as people read them in the log: of a long one the place that was changed, of a secret a fingerprint.

The fingerprint is keyed: a plain hash of a password that somebody chose could be guessed.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Model
from django.utils import timezone
from django.utils.crypto import salted_hmac

MOST_LETTERS = 200
MOST_IN_LOG = 1500  # letters of a value that stands there in full, such as the names of forty schools
LETTERS_BEFORE = 20
NOTHING = "nothing"
NOT_SHOWN = "not shown"  # of a password: that there is one


def in_words(field: forms.Field, value: Any) -> str:
    """A value of the form's field as people read it, cut to 200 letters."""
    return _cut(words_of(field, value)) or NOTHING


def _cut(text: str) -> str:
    words = text.strip()
    return f"{words[:MOST_LETTERS]}…" if len(words) > MOST_LETTERS else words


def words_of(field: forms.Field, value: Any) -> str:
    if hasattr(field, "in_words"):
        return str(field.in_words(value))
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


def whole(text: str, begin: int = 0, *, most: int = MOST_IN_LOG) -> str:
    """From there on; of a long one its length and a fingerprint too, by which the whole of it is known."""
    words = text.strip()
    if len(words) <= most:
        return words or NOTHING
    before = "…" if begin else ""
    shown = words[begin : begin + min(most, MOST_LETTERS)]
    return f"{before}{shown}… ({len(words)} letters, {fingerprint(words.encode())})"


def differing(old: str, new: str, *, most: int = MOST_IN_LOG) -> tuple[str, str]:
    """Long texts from shortly before the first letter in which they differ."""
    pairs = enumerate(zip(old, new, strict=False))
    begin = next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))
    begin = max(0, begin - LETTERS_BEFORE)
    return whole(old, begin, most=most), whole(new, begin, most=most)


def fingerprint(secret: bytes) -> str:
    """“#1a2b3c4d”: 32 bits of an HMAC-SHA-256 under this installation's key."""
    return f"#{salted_hmac('audit', secret, algorithm='sha256').hexdigest()[:8]}"
