"""Indexes that PostgreSQL's searches need and no migration can describe: beginnings of codes, parts of names."""

from collections.abc import Mapping

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

# Codes are searched for by their beginning, as people type them off a label.
CODES = {
    "enrollment_device": ("serial_number", "udid"),
    "enrollment_listeddevice": ("asset_tag", "owner_user_name"),
}
# Names and e-mail addresses by any part, with trigrams; without them by their beginning too.
NAMES = {
    "enrollment_device": ("name", "assigned_user_name", "assigned_full_name", "assigned_email"),
    "enrollment_enrollment": ("signed_in_name", "assigned_user_name", "assigned_full_name"),
    "enrollment_invitation": ("name", "email", "invited_by", "assigned_user_name", "assigned_full_name"),
    "enrollment_delivery": ("recipient",),
    "enrollment_person": ("user_name", "full_name", "email"),
    "enrollment_identity": ("user_name", "full_name", "email", "external_id"),
    "sites_config_loggedchange": ("subject", "told"),
    "enrollment_agreementacceptance": ("signed_in_name",),
}
NO_TRIGRAMS = (
    "PostgreSQL's extension pg_trgm is not there and this role may not create it ({reason}). Searches find names by "
    "their beginning only. Let a superuser run CREATE EXTENSION pg_trgm in this database, then run manage.py "
    "index_searches."
)


def index_searches(connection: BaseDatabaseWrapper) -> str:
    """Creates what is missing, and returns what is to be known of it, "" for nothing. Other databases need none."""
    if connection.vendor != "postgresql":
        return ""
    problem = _create_extension(connection)
    _run(connection, [_beginning(table, column) for table, column in _each(CODES)])
    if problem:
        _run(connection, [_beginning(table, column) for table, column in _each(NAMES)])
        return NO_TRIGRAMS.format(reason=problem)
    _run(connection, [_parts(table) for table in NAMES])
    _run(connection, [f"DROP INDEX IF EXISTS {table}_{column}_prefix" for table, column in _each(NAMES)])
    return ""


def _create_extension(connection: BaseDatabaseWrapper) -> str:
    """Why it could not be, "" if it is there."""
    try:
        with transaction.atomic(using=connection.alias):
            _run(connection, ["CREATE EXTENSION IF NOT EXISTS pg_trgm"])
    except DatabaseError as error:
        return str(error).splitlines()[0]
    return ""


def _each(columns: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(table, column) for table, names in columns.items() for column in names]


def _beginning(table: str, column: str) -> str:
    """For LIKE 'X%' in any collation; upper case as Django asks."""
    name = f"{table}_{column}_prefix"
    return f"CREATE INDEX IF NOT EXISTS {name} ON {table} (UPPER({column}::text) text_pattern_ops)"


def _parts(table: str) -> str:
    columns = ", ".join(f"UPPER({column}::text) gin_trgm_ops" for column in NAMES[table])
    return f"CREATE INDEX IF NOT EXISTS {table}_search ON {table} USING gin ({columns})"


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
