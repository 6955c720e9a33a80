"""manage.py import_people"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enrollment.actions.people import COLUMNS, import_people
from enrollment.actions.tables import MAX_BYTES, MAX_ROWS, BadFile
from enrollment.management.commands._site import add_site, site_of


class Command(BaseCommand):
    help = (
        "Adds people to a site's own directory, or changes those whose user name is known, from a CSV file with a "
        f"header row. Columns: {', '.join(COLUMNS)}. Only user_name is needed, a column that the file lacks stays as "
        "it is, and other columns are left out. Commas, semicolons or tabs; UTF-8, UTF-16 or Windows-1252; all rows or "
        "none. "
        f"At most {MAX_ROWS:,} rows and {MAX_BYTES // 1024 // 1024} MB."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py import_people --site enroll.example.org people.csv --dry-run"
        add_site(parser)
        parser.add_argument("file", type=Path, help="The CSV file.")
        parser.add_argument("--dry-run", action="store_true", help="Only say what would happen.")

    def handle(self, *args: object, **options: Any) -> None:
        try:
            content = options["file"].read_bytes()
            done = import_people(
                content, site=site_of(options), actor=None, now=timezone.now(), dry_run=options["dry_run"]
            )
        except (BadFile, OSError) as error:
            raise CommandError(str(error)) from None
        would = "would be " if options["dry_run"] else ""
        self.stdout.write(f"{len(done.made)} {would}added, {len(done.changed)} {would}changed")
        for label, text in done.notes:
            self.stdout.write(f"{label}: {text}")
