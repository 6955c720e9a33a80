"""Every secret at rest under the newest field key, so that an older one can go."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db import transaction
from django.db.models import BinaryField, Model

from sites_config.secrets import Undecryptable, rewrapped

BATCH = 200  # rows read and written at a time; a run that was killed loses one such batch


@dataclass
class Count:
    """Of one column. ``changed``: written by somebody else meanwhile; ``closed``: rows that no key opens."""

    column: str
    rewrapped: int = 0
    newest: int = 0
    changed: int = 0
    closed: list[str] = field(default_factory=list)


def encrypted_columns() -> list[tuple[type[Model], str]]:
    """Every BinaryField called ``…_encrypted``, of whatever model there is."""
    return [
        (model, each.name)
        for model in apps.get_models(include_auto_created=True)
        for each in model._meta.local_fields
        if isinstance(each, BinaryField) and each.name.endswith("_encrypted")
    ]


def rewrap_all() -> Iterator[Count]:
    """Column by column. What is under the newest key already stays, so a run may end anywhere and begin anew."""
    for model, column in encrypted_columns():
        yield _rewrap(model, column)


def _rewrap(model: type[Model], column: str) -> Count:
    count = Count(f"{model._meta.db_table}.{column}")
    rows = model._base_manager.exclude(**{column: None}).exclude(**{column: b""}).order_by("pk")
    batch = list(rows.values_list("pk", column)[:BATCH])
    while batch:
        _rewrap_batch(model, column, batch, count)
        batch = list(rows.filter(pk__gt=batch[-1][0]).values_list("pk", column)[:BATCH])
    return count


def _rewrap_batch(model: type[Model], column: str, batch: list[tuple[object, bytes]], count: Count) -> None:
    anew = [(pk, old, new) for pk, old in batch if (new := _anew(pk, old, count)) is not None]
    with transaction.atomic():
        for pk, old, new in anew:
            # Only if it is still what was read: an administrator may have saved another secret.
            if model._base_manager.filter(pk=pk, **{column: old}).update(**{column: new}):
                count.rewrapped += 1
            else:
                count.changed += 1


def _anew(pk: object, old: bytes, count: Count) -> bytes | None:
    """None: there is nothing to write."""
    try:
        new = rewrapped(old)
    except Undecryptable:
        count.closed.append(f"{count.column}, row {pk}")
        return None
    count.newest += new is None
    return new
