"""manage.py export_person"""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from enrollment.actions.personal.export import export_person
from enrollment.management.commands._person import add_person, person_of


class Command(BaseCommand):
    help = (
        "Writes everything that a site and the sites within it store about a person as JSON: identity, enrollments, "
        "devices, invitations, agreements, events. Secrets are not in it. Nothing is changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = (
            "Example: manage.py export_person --site enroll.example.org ana.alvarez --output ana.json"
        )
        add_person(parser)
        parser.add_argument(
            "--output",
            type=Path,
            metavar="FILE",
            help="A new file, readable by your account alone (default: standard output).",
        )

    def handle(self, *args: object, **options: Any) -> None:
        told = export_person(person_of(options), now=timezone.now())
        text = json.dumps(told, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)
        if options["output"] is None:
            self.stdout.write(text)
            return
        try:
            descriptor = os.open(options["output"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"{options['output']} can't be made: {error.strerror}.") from None
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")
