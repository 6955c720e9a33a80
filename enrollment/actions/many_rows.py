"""Thousands of new rows at once: by COPY where the database is PostgreSQL, which takes a third of the time."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, models

IN_ONE_INSERT = 1000
Value = Callable[[Any], Any]


def insert_many(rows: Sequence[models.Model]) -> None:
    """Of one model; gives each its key. Call it in a transaction. As bulk_create, it asks no ``save`` and no signal."""
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(rows, batch_size=IN_ONE_INSERT)
        return
    columns = {str(field.column): _value_of(field) for field in model._meta.concrete_fields}
    _give_keys(model, rows)
    with connection.cursor() as cursor, cursor.copy(_statement(model, list(columns))) as copy:
        for row in rows:
            copy.write_row([value(row) for value in columns.values()])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _statement(model: type[models.Model], columns: list[str]) -> str:
    quoted = ", ".join(map(connection.ops.quote_name, columns))
    return f"COPY {connection.ops.quote_name(model._meta.db_table)} ({quoted}) FROM STDIN"


def _give_keys(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Taken from the table's own sequence beforehand: COPY tells none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, len(rows)],
        )
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key


def _value_of(field: "models.Field[Any, Any]") -> Value:
    """Ours hold plain values, but for JSON; PostgreSQL reads it from its text."""
    name = field.attname
    if isinstance(field, models.JSONField):
        return lambda row: json.dumps(getattr(row, name))
    return lambda row: getattr(row, name)
