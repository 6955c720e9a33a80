"""A backup: made under another name and renamed at the end, so that half of one is never taken for one."""

import os
import secrets
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.db.models import Model

from enrollment.actions.backups import manifest
from enrollment.actions.backups.engines import engine
from enrollment.actions.backups.manifest import Manifest
from enrollment.actions.backups.refused import BackupRefused
from enrollment.actions.rewrapping import encrypted_columns

SAMPLES = 100  # of the oldest secrets in each column: they need an older field key first


def back_up(folder: Path, *, now: datetime) -> Manifest:
    """``folder`` must be missing or empty; it is the service account's alone. Raises BackupRefused."""
    folder = folder.absolute()
    _check_free(folder)
    partial = folder.with_name(f"{folder.name}.partial-{secrets.token_hex(4)}")
    try:
        partial.mkdir(mode=0o700)
        made = _fill(partial, now)
        partial.rename(folder)  # over an empty folder, too
        _sync(folder.parent)
    except OSError as error:
        raise BackupRefused(f"{folder} can't be written: {error.strerror}.") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return made


def _check_free(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupRefused(f"{folder} is there already. Name a folder that is missing or empty.")
    if not folder.parent.is_dir():
        raise BackupRefused(f"There is no folder {folder.parent}.")


def _fill(folder: Path, now: datetime) -> Manifest:
    rows = engine().dump(folder)
    copy = folder / engine().FILE
    made = manifest.new_manifest(rows=rows, files=[copy], samples=list(_samples()), now=now)
    for path in (copy, manifest.write(made, folder), folder):
        _sync(path)
    return made


def _samples() -> Iterator[bytes]:
    for model, column in encrypted_columns():
        yield from _oldest(model, column)


def _oldest(model: type[Model], column: str) -> Iterator[bytes]:
    rows = model._base_manager.exclude(**{column: None}).exclude(**{column: b""}).order_by("pk")
    yield from map(bytes, rows.values_list(column, flat=True)[:SAMPLES])


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
