"""Everything that is stored about a person, without secrets."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import BinaryField, Model, Q

from enrollment.actions.personal.columns import (
    ACCEPTANCE,
    ASSIGNED,
    DELIVERY,
    DEVICE,
    IDENTITY,
    INVITATION,
    PERSON,
    SIGNED_IN,
)
from enrollment.actions.personal.search import Subject, rows_naming
from enrollment.models import Enrollment, Event

_NEVER = ("password", "is_superuser")


def export_person(subject: Subject, *, now: datetime) -> dict[str, Any]:
    """For JSON: each kind of row by its name, every column that is no secret."""
    enrollments = [each.pk for naming in (SIGNED_IN, ASSIGNED) for each in rows_naming(naming, subject)]
    devices, invitations = rows_naming(DEVICE, subject), rows_naming(INVITATION, subject)
    events = Event.objects.filter(
        Q(enrollment__in=enrollments) | Q(device__in=devices) | Q(invitation__in=invitations)
    )
    return {
        "exported_at": now,
        "identities": _rows(rows_naming(IDENTITY, subject)),
        "people": _rows(rows_naming(PERSON, subject)),
        "enrollments": _rows(Enrollment.objects.filter(pk__in=enrollments).order_by("pk")),
        "devices": _rows(devices),
        "invitations": _rows(invitations),
        "messages": _rows(rows_naming(DELIVERY, subject)),
        "agreements_accepted": _rows(rows_naming(ACCEPTANCE, subject)),
        "events": _rows(events.order_by("pk")),
        "accounts": _rows(subject.accounts),
    }


def _rows(rows: Iterable[Model]) -> list[dict[str, Any]]:
    return [_columns(row) for row in rows]


def _columns(row: Model) -> dict[str, Any]:
    """What is encrypted is binary, and so are the hashes of keys and tokens."""
    fields = (each for each in row._meta.concrete_fields if not isinstance(each, BinaryField))
    return {each.attname: each.value_from_object(row) for each in fields if each.name not in _NEVER}
