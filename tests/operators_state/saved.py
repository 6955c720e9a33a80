"""Backups made and restored in the process of the test."""

import io
import json
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection


def said(command: str, *arguments: str) -> str:
    out = io.StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def put_back(folder: Path, *options: str) -> str:
    """Restores it over the database of the test."""
    name = Path(connection.settings_dict["NAME"]).name
    return said("restore", str(folder), "--replace", name, *options)


def manifest_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return found
