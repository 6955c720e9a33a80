"""manage.py import_devices"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enrollment.actions.device_list_file import COLUMNS, import_devices
from enrollment.actions.tables import MAX_BYTES, MAX_ROWS, BadFile
from enrollment.management.commands._site import add_site, site_of


class Command(BaseCommand):
    help = (
        "Adds devices to a site's device list, or changes those whose serial number is known, from a CSV file with "
        f"a header row. Columns: {', '.join(COLUMNS)}; only serial_number is needed, a column that the file "
        "lacks stays as it is, and other columns are left out. In site stands the name or identifier of a site that "
        "belongs to the list's. Commas, semicolons or tabs; UTF-8, UTF-16 or Windows-1252; all rows or none. "
        f"At most {MAX_ROWS:,} rows and {MAX_BYTES // 1024 // 1024} MB."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = (
            "Example: manage.py import_devices --site enroll.example.org --csv devices.csv --dry-run"
        )
        add_site(parser)
        parser.add_argument("--csv", type=Path, required=True, metavar="FILE", help="The file.")
        parser.add_argument("--dry-run", action="store_true", help="Only say what would happen.")
        parser.add_argument(
            "--prune", action="store_true", help="Take devices that the file does not name off the list."
        )

    def handle(self, *args: object, **options: Any) -> None:
        try:
            done = import_devices(
                options["csv"].read_bytes(),
                site=site_of(options),
                prune=options["prune"],
                actor=None,
                now=timezone.now(),
                dry_run=options["dry_run"],
            )
        except (BadFile, OSError) as error:
            raise CommandError(str(error)) from None
        would = "would be " if options["dry_run"] else ""
        self.stdout.write(
            f"{len(done.made)} {would}added, {len(done.changed)} {would}changed, {done.removed} {would}removed"
        )
        for label, text in done.notes:
            self.stdout.write(f"{label}: {text}")
