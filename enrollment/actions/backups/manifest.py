"""What a backup says of itself: a JSON file beside the copy, sealed with the field keys."""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from enrollment.actions.backups.refused import BackupRefused
from sites_config.secrets import Undecryptable, decrypt, seals

FILE = "manifest.json"
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """``engine``: as Django calls it. ``rows`` by table; ``files``: SHA-256 in hex digits by name.

    ``seals``: the hash of everything else, encrypted with each field key that the backup needs.
    """

    format: int
    version: str
    made_at: str
    engine: str
    migrations: Mapping[str, list[str]]
    rows: Mapping[str, int]
    files: Mapping[str, str]
    seals: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Of all but the seals."""
        return hashlib.sha256(_text(replace(self, seals=())).encode()).hexdigest()

    @property
    def time(self) -> datetime:
        return datetime.fromisoformat(self.made_at)


def new_manifest(
    *, rows: Mapping[str, int], files: Iterable[Path], samples: Iterable[bytes], now: datetime
) -> Manifest:
    """``samples``: secrets of the database, by which it is seen which keys these need."""
    made = Manifest(
        format=FORMAT,
        version=program_version(),
        made_at=now.isoformat(timespec="seconds"),
        engine=connection.vendor,
        migrations=applied_migrations(),
        rows=dict(rows),
        files={file.name: sha256_of(file) for file in files},
    )
    return replace(made, seals=tuple(seals(made.digest.encode(), samples)))


def write(manifest: Manifest, folder: Path) -> Path:
    """0600, as every file of a backup."""
    path = folder / FILE
    path.touch(mode=0o600)
    path.write_text(_text(manifest))
    return path


def read(folder: Path) -> Manifest:
    """Raises BackupRefused for what is none, or was made by a program that writes another kind."""
    try:
        found = json.loads((folder / FILE).read_text())
        if found["format"] != FORMAT:
            raise BackupRefused(f"{folder} has format {found['format']}; this program reads {FORMAT}.")
        return Manifest(**found | {"seals": tuple(found["seals"])})
    except OSError as error:
        raise BackupRefused(f"{folder} is no backup: {FILE} can't be read ({error.strerror}).") from None
    except (ValueError, TypeError, KeyError):
        raise BackupRefused(f"{folder / FILE} is no manifest of a backup.") from None


def check_whole(manifest: Manifest, folder: Path) -> None:
    """Raises BackupRefused when a file is missing or another than it was."""
    for name, expected in manifest.files.items():
        path = folder / name
        if path.parent != folder or not path.is_file():
            raise BackupRefused(f"{name} of the backup is missing.")
        if sha256_of(path) != expected:
            raise BackupRefused(f"{name} is damaged or was changed: its SHA-256 is not the manifest's.")


def check_keys(manifest: Manifest) -> None:
    """Raises BackupRefused unless the field keys of this installation open what the backup's keys closed."""
    try:
        opened = [decrypt(seal.encode()) for seal in manifest.seals]
    except Undecryptable:
        raise BackupRefused(
            f"No key in {settings.FIELD_KEY_FILE} opens the secrets of this backup. Put the field keys of the "
            "installation that made it into that file, one a line."
        ) from None
    if not opened or any(each != manifest.digest.encode() for each in opened):
        raise BackupRefused("The manifest was changed after the backup was made.")


def applied_migrations() -> dict[str, list[str]]:
    """Names by app, as the database has them."""
    by_app: dict[str, list[str]] = {}
    for app, name in sorted(MigrationRecorder(connection).applied_migrations()):
        by_app.setdefault(app, []).append(name)
    return by_app


def program_version() -> str:
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _text(manifest: Manifest) -> str:
    return json.dumps(asdict(manifest), indent=1, sort_keys=True) + "\n"
