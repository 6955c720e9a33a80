"""manage.py purge"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from enrollment.actions.purging.purge import purge
from enrollment.management.commands._numbers import whole_number
from sites_config.logged_changes import log_command
from sites_config.models import LoggedChange
from sites_config.retention import KINDS

# What auditors read: that there is less of it than there was stands there too.
OF_LOG = frozenset({"events", "audit"})


class Command(BaseCommand):
    help = (
        "Removes what is older than its kind is kept, in small batches beside the running service; it may be stopped "
        "and run again at any time. What is needed to refuse something stays: used challenges, and certificates that "
        "are revoked and would be valid otherwise. Expired sessions and cache rows go in every run."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py purge --events 365 --dry-run"
        parser.add_argument("--dry-run", action="store_true", help="Only say how many there are.")
        for kind in KINDS:
            days = settings.RETENTION_DAYS[kind.name]
            parser.add_argument(
                f"--{kind.name}",
                type=whole_number(1, 36_500),
                default=days,
                metavar="DAYS",
                help=f"How long to keep {kind.what} (1 to 36,500; now {days}, {kind.variable} sets it).",
            )

    def handle(self, *args: object, **options: Any) -> None:
        days = {kind.name: options[kind.name] for kind in KINDS}
        would, now = "would go" if options["dry_run"] else "removed", timezone.now()
        of_log: dict[str, int] = {}
        for each in purge(days=days, dry_run=options["dry_run"], now=now):
            if each.kind in OF_LOG and each.number:
                of_log[f"{each.what}, older than {days[each.kind]} days"] = each.number
            older = f", older than {days[each.kind]} days" if each.kind else ""
            self.stdout.write(f"{each.number} {each.what}{older}: {would}")
        if of_log and not options["dry_run"]:
            log_command(None, LoggedChange, "Old records were removed", facts=of_log, now=now)
