"""manage.py export_site"""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from enrollment.management.commands._site import SITE, site_called
from enrollment.settings_file.file import exported
from enrollment.settings_file.writing import write


class Command(BaseCommand):
    help = (
        "Writes what a site configures itself as YAML, for apply_site; what it inherits stands in its parent's. The "
        "same settings always give the same file. Secrets are not in it, only the names of environment variables from "
        "which apply_site takes them. Nor are private keys, authorities, signing identities and push certificates; "
        "people, invitations and devices."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py export_site enroll.example.org --output district.yaml"
        parser.add_argument("site", nargs="+", help=f"{SITE}; several go into one file.")
        parser.add_argument(
            "--output",
            type=Path,
            metavar="FILE",
            help="It is replaced if it is there (default: standard output).",
        )
        parser.add_argument(
            "--keep-secrets",
            action="store_true",
            help="Write {keep: true} for each secret instead: good for this installation alone, where it is stored.",
        )

    def handle(self, *args: object, **options: Any) -> None:
        sites = [site_called(name) for name in options["site"]]
        content = write(exported(site, keep_secrets=options["keep_secrets"]) for site in sites)
        if options["output"] is None:
            self.stdout.write(content.decode(), ending="")
            return
        try:
            _replace(options["output"], content)
        except OSError as error:
            raise CommandError(str(error)) from None


def _replace(file: Path, content: bytes) -> None:
    """All of it or, if the disk is full, what was there before."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
