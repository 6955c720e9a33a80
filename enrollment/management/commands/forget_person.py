"""manage.py forget_person"""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enrollment.actions.personal.forget import counted, forget_person, rows_of
from enrollment.management.commands._person import add_person, person_of
from enrollment.management.commands._site import site_of
from enrollment.models import Person
from sites_config.logged_changes import log_command


class Command(BaseCommand):
    help = (
        "Forgets a person at a site and the sites within it: deletes their identity, blanks their names in "
        "enrollments, devices, invitations and agreements. That an enrollment happened, when and how it ended, "
        "stays. Open invitations for them are revoked. It can't be undone; backups from before still hold the person."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py forget_person --site enroll.example.org ana.alvarez --dry-run"
        add_person(parser)
        parser.add_argument("--dry-run", action="store_true", help="Only say how many rows name them.")
        parser.add_argument(
            "--yes", action="store_true", help="Don't ask; without it the name has to be typed once more."
        )

    def handle(self, *args: object, **options: Any) -> None:
        subject = person_of(options)
        told = counted(rows_of(subject), subject)
        if options["dry_run"]:
            self._tell(told, "would be forgotten")
            return
        if not options["yes"]:
            self._tell(told, "will be forgotten")
            self._ask(options["query"])
        now = timezone.now()
        forgotten = forget_person(subject, now=now)
        log_command(site_of(options), Person, "A person was forgotten", facts=forgotten, now=now)
        self._tell(forgotten, "forgotten")

    def _ask(self, query: str) -> None:
        try:
            answer = input(f"Type {query} to go on: ")
        except EOFError:
            answer = ""
        if answer.strip() != query:
            raise CommandError("Nothing was changed.")

    def _tell(self, told: Mapping[str, int], what: str) -> None:
        for kind, number in told.items():
            self.stdout.write(f"{number} {kind}: {what}")
