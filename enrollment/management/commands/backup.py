"""manage.py backup"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enrollment.actions.backups.backup import back_up
from enrollment.actions.backups.refused import BackupRefused


class Command(BaseCommand):
    help = (
        "Copies the database into a new folder while the service runs, with a manifest: version, migrations, rows, "
        "checksums. Everything that Gatehouse keeps is in the database, logos and SAML keys included. Field keys and "
        "SECRET_KEY are never in a backup: keep a copy of the field keys elsewhere. On PostgreSQL it needs pg_dump."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py backup /var/backups/gatehouse/2027-03-01"
        parser.add_argument(
            "folder", type=Path, help="A folder that is missing or empty; it is made, for your account alone."
        )

    def handle(self, *args: object, **options: Any) -> None:
        try:
            made = back_up(options["folder"], now=timezone.now())
        except BackupRefused as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"backup {options['folder']}: {sum(made.rows.values())} rows, {made.made_at}")
        self.stdout.write(f"Not in it: the field keys ({settings.FIELD_KEY_FILE}) and GATEHOUSE_SECRET_KEY.")
        self.stdout.write("Keep a copy of the field keys elsewhere: without them the backup is useless.")
