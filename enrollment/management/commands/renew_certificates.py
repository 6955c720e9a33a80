"""manage.py renew_certificates"""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from enrollment.actions.renewals import renew
from enrollment.management.commands._numbers import whole_number


class Command(BaseCommand):
    help = (
        "Renews what Gatehouse certified itself and may renew alone: what signs profiles; announces the next key to "
        "SAML providers. Says what needs a person: push certificates, uploaded ones, authorities, devices. It prints "
        "nothing when there is nothing to do, so cron sends a mail only then."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days",
            type=whole_number(1, 3650),
            default=30,
            help="How many days before its end something is due (default: 30).",
        )
        parser.add_argument("--dry-run", action="store_true", help="Only say what would be renewed.")

    def handle(self, *args: object, **options: Any) -> None:
        dry_run = options["dry_run"]
        done = "would be renewed" if dry_run else "renewed"
        within = timedelta(days=options["days"])
        for each in renew(within=within, dry_run=dry_run, now=timezone.now()):
            self.stdout.write(f"{each.site}: {done if each.by_us else 'needs a person'}: {each.text}")
