"""manage.py restore"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enrollment.actions.backups.refused import BackupRefused
from enrollment.actions.backups.restore import Restored, restore

AFTERWARDS = (
    "Accounts, passwords and privileges are those of the backup: close again what was closed since.",
    "Administrators send new invitations. Devices enrolled since have to enroll again;",
    "manage.py unknown_certificates lists them as they check in.",
)


class Command(BaseCommand):
    help = (
        "Puts a backup into the empty database that DATABASE_URL names; stop the service first. Manifest, checksums "
        "and field keys are checked before anything is changed. Sessions, open enrollments, challenges, hand-overs "
        "and invitations of the backup end: they may have been used or revoked since it was made. All of it or, "
        "with exit status 1, nothing. On PostgreSQL it needs pg_restore."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py restore /var/backups/gatehouse/2027-03-01"
        parser.add_argument("folder", type=Path, help="What manage.py backup made.")
        parser.add_argument(
            "--replace",
            metavar="NAME",
            default="",
            help="The name of the database (SQLite: of its file), if it is not empty: everything in it goes.",
        )
        parser.add_argument(
            "--keep-unlimited-invitations",
            action="store_true",
            help="Leaves invitations without a number of uses open. Only if you know that none was revoked since.",
        )

    def handle(self, *args: object, **options: Any) -> None:
        try:
            done = restore(
                options["folder"],
                replace=options["replace"],
                keep_unlimited=options["keep_unlimited_invitations"],
                now=timezone.now(),
            )
        except BackupRefused as error:
            raise CommandError(str(error)) from None
        self._tell(done)

    def _tell(self, done: Restored) -> None:
        backup = done.manifest
        self.stdout.write(f"restored the backup of {backup.made_at}, version {backup.version}")
        if done.migrated:
            self.stdout.write("migrated it to this version")
        self.stdout.write("Ended, because it may have been used or revoked since:")
        for what, number in done.ended.items():
            self.stdout.write(f"  {number} {what}")
        for line in AFTERWARDS:
            self.stdout.write(line)
