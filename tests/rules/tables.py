"""A dump of everything the database holds."""

from django.db import connection

Dump = dict[str, list[tuple[object, ...]]]


def dump() -> Dump:
    """Every row of every table, the cache's among them, in a fixed order."""
    tables: Dump = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            tables[table] = sorted((tuple(map(_plain, row)) for row in cursor.fetchall()), key=repr)
    return tables


def changed(before: Dump, after: Dump) -> dict[str, list[tuple[object, ...]]]:
    """The rows that are new or different, by table."""
    return {
        table: [row for row in after[table] if row not in before[table]]
        for table in after
        if after[table] != before[table]
    }


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
