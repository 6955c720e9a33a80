"""A backup put in place of the database, and what has to end with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from enrollment.actions.backups import manifest
from enrollment.actions.backups.endings import end_everything
from enrollment.actions.backups.engines import engine
from enrollment.actions.backups.manifest import Manifest
from enrollment.actions.backups.refused import BackupRefused
from sites_config.changes import forget, raise_version
from sites_config.models import ConfigurationVersion, Restoration

# What a database without any site may hold already.
_NOTHING = (ConfigurationVersion, Restoration)


@dataclass(frozen=True)
class Restored:
    """``ended``: how many of what. ``migrated``: the backup was an older version's."""

    manifest: Manifest
    ended: Mapping[str, int]
    migrated: bool


def restore(folder: Path, *, replace: str, keep_unlimited: bool, now: datetime) -> Restored:
    """``replace``: the name of a database that may lose what it holds, "" for an empty one only.

    ``keep_unlimited``: invitations without a number of uses go on. Raises BackupRefused before anything is changed.
    """
    folder = folder.absolute()
    found = manifest.read(folder)
    _check(found, folder)
    _check_target(replace)
    forget()
    with engine().loading(folder):
        _check_rows(found)
        older = bool(_names(_on_disk()) - _names(found.migrations))
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        ended = end_everything(keep_unlimited=keep_unlimited, now=now)
        Restoration.objects.create(backup_made_at=found.time, restored_at=now)
        raise_version()
    return Restored(found, ended, older)


def database_name() -> str:
    """As ``replace`` has to call it: of PostgreSQL's database, or of SQLite's file without its folder."""
    return Path(connection.settings_dict["NAME"]).name


def _check(found: Manifest, folder: Path) -> None:
    if found.engine != connection.vendor:
        raise BackupRefused(
            f"The backup is of {found.engine}, and DATABASE_URL names a database of {connection.vendor}."
        )
    manifest.check_whole(found, folder)
    manifest.check_keys(found)
    newer = sorted(_names(found.migrations) - _names(_on_disk()))
    if newer:
        raise BackupRefused(
            f"The backup was made by a newer version ({found.version}, this is {manifest.program_version()}) and has "
            f"migrations that are unknown here: {', '.join(newer)}. Install that version, then restore."
        )


def _check_target(replace: str) -> None:
    name = database_name()
    if replace and replace != name:
        raise BackupRefused(f"The database is called {name}, not {replace}.")
    if not replace and not _is_empty():
        raise BackupRefused(
            f"The database {name} is not empty. Name another one in DATABASE_URL, or say --replace {name} if "
            "everything in it shall go."
        )


def _is_empty() -> bool:
    """Without tables, or as ``migrate`` leaves it."""
    ours = [
        *apps.get_app_config("enrollment").get_models(),
        *apps.get_app_config("sites_config").get_models(),
    ]
    tables = set(connection.introspection.table_names())
    rows = (model for model in ours if model not in _NOTHING and model._meta.db_table in tables)
    return not any(_has_rows(model._meta.db_table) for model in rows)


def _has_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608
        return cursor.fetchone() is not None


def _check_rows(found: Manifest) -> None:
    with connection.cursor() as cursor:
        for table, expected in found.rows.items():
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            if cursor.fetchone()[0] != expected:
                raise BackupRefused(
                    f"Table {table} does not hold the {expected} rows that the manifest names."
                )


def _on_disk() -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for app, name in MigrationLoader(None).disk_migrations or {}:
        names.setdefault(app, []).append(name)
    return names


def _names(migrations: Mapping[str, list[str]]) -> set[str]:
    return {f"{app}.{name}" for app, names in migrations.items() for name in names}
