"""Everything that is stored about a person, without secrets."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import BinaryField, Model, Q

from enrollment.actions.personal.columns import DEVICE, INVITATION, NAMINGS
from enrollment.actions.personal.others import without_others
from enrollment.actions.personal.search import Subject, rows_naming
from enrollment.actions.personal.words import logged_naming
from enrollment.models import Enrollment, Event

_NEVER = ("password", "is_superuser")


def export_person(subject: Subject, *, now: datetime) -> dict[str, Any]:
    """For JSON: each kind of row by its name, every column that is no secret."""
    found: dict[str, dict[int, Model]] = {}  # what is named in two ways stands there once
    for naming in NAMINGS:
        found.setdefault(naming.called, {}).update((row.pk, row) for row in rows_naming(naming, subject))
    enrollments = [row.pk for row in found["enrollments"].values() if isinstance(row, Enrollment)]
    devices, invitations = rows_naming(DEVICE, subject), rows_naming(INVITATION, subject)
    # What others did with their device, or with an invitation for several, is not told.
    nobodys = Q(enrollment=None) & (Q(device__in=devices) | Q(invitation__in=invitations))
    events = Event.objects.filter(Q(enrollment__in=enrollments) | nobodys)
    return {
        "exported_at": now,
        **{called: _rows((rows[pk] for pk in sorted(rows)), subject) for called, rows in found.items()},
        "events": _rows(events.order_by("pk"), subject),
        "changes_in_the_administration": _rows(logged_naming(subject), subject),
        "accounts": [_columns(account) for account in subject.accounts],
    }


def _rows(rows: Iterable[Model], subject: Subject) -> list[dict[str, Any]]:
    return [without_others(row, _columns(row), subject) for row in rows]


def _columns(row: Model) -> dict[str, Any]:
    """What is encrypted is binary, and so are the hashes of keys and tokens."""
    fields = (each for each in row._meta.concrete_fields if not isinstance(each, BinaryField))
    return {each.attname: each.value_from_object(row) for each in fields if each.name not in _NEVER}
