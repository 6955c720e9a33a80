"""Thousands of new rows at once, with no object for any of them: by COPY where the database is PostgreSQL."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

from django.db import connection, models

Row = Mapping[str, Any]


def insert_many(model: type[models.Model], rows: Iterable[Row], *, same: Row) -> None:
    """``rows``: by column, in what they differ, the same columns in each; texts, numbers, bytes and None only.
    ``same``: in what they don't, of any type. What neither names has its field's default.

    Call it in a transaction. As bulk_create, it asks no ``save`` and no signal."""
    waiting = iter(rows)
    first = next(waiting, None)
    if first is None:
        return
    known = _prepared(model, same)
    columns = list({**known, **first})
    values = itemgetter(*columns)
    _write(model, columns, (values({**known, **row}) for row in chain([first], waiting)))


def new_keys(model: type[models.Model], number: int) -> Sequence[int]:
    """For rows that have to be known by their keys once they are inserted, in the same transaction: COPY tells none."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
            cursor.execute(sequence, [table, number])
            return [key for (key,) in cursor.fetchall()]
        # SQLite lets one transaction write at a time, so that nobody else takes them.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        (last,) = cursor.fetchone() or (0,)
        return range(last + 1, last + 1 + number)


def _prepared(model: type[models.Model], same: Row) -> dict[str, Any]:
    """As the database takes them, and only what is not NULL: columns that are left out are."""
    fields = {str(field.column): field for field in model._meta.concrete_fields if not field.primary_key}
    given = {column: field.get_default() for column, field in fields.items()} | dict(same)
    ready = {
        column: fields[column].get_db_prep_save(value, connection=connection)
        for column, value in given.items()
    }
    return {column: value for column, value in ready.items() if value is not None}


def _write(model: type[models.Model], columns: Sequence[str], lines: Iterator[tuple[Any, ...]]) -> None:
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(map(connection.ops.quote_name, columns))
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(lines))  # noqa: S608
            return
        copying = cursor.copy(f"COPY {table} ({names}) FROM STDIN")
        with connection.wrap_database_errors, copying as copy:
            for line in lines:
                copy.write_row(line)
