"""The commands as an operator calls them, and what they say."""

import io
from dataclasses import dataclass
from pathlib import Path

from django.core.management import CommandError, call_command


@dataclass(frozen=True)
class Said:
    """``status``: the exit status of the command."""

    status: int
    text: str

    @property
    def last(self) -> str:
        return self.text.strip().splitlines()[-1]


def export(*sites: str, **options: object) -> str:
    out = io.StringIO()
    call_command("export_site", *sites, stdout=out, **options)
    return out.getvalue()


def apply(*files: Path, **options: object) -> Said:
    out = io.StringIO()
    try:
        call_command("apply_site", *map(str, files), stdout=out, stderr=out, **options)
    except CommandError as error:
        return Said(error.returncode, out.getvalue() + str(error))
    except SystemExit as ended:
        return Said(int(ended.code or 0), out.getvalue())
    return Said(0, out.getvalue())


def stored(folder: Path, text: str, name: str = "site.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def document(**parts: str) -> str:
    """A small file: ``settings="  time_zone: UTC"``."""
    about = parts.pop("site", "  identifier: northwind.example\n  name: Northwind District")
    lines = [f"{name}:\n{text}" for name, text in parts.items()]
    return "\n".join(["version: 1", f"site:\n{about}", *lines, ""])
