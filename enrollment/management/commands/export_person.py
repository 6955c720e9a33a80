"""manage.py export_person"""

import getpass
import json
import os
from argparse import ArgumentParser
from contextlib import nullcontext
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from enrollment.actions.export_record import note_person
from enrollment.actions.personal.export import export_person
from enrollment.management.commands._person import add_person, person_of
from enrollment.management.commands._site import site_of


class Command(BaseCommand):
    help = (
        "Writes everything that a site and the sites within it store about a person as JSON: identity, enrollments, "
        "devices, invitations, agreements, events. Secrets are not in it. That it was exported, when and by which "
        "account of this host, stands in the site's events from then on."
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
        now = timezone.now()
        told = export_person(person_of(options), now=now)
        text = json.dumps(told, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)
        path = options["output"]
        with _new_file(path) if path else nullcontext(self.stdout) as out:
            note_person(told, site=site_of(options), by=_account(), now=now)
            out.write(text + "\n")


def _new_file(path: Path) -> TextIO:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandError(f"{path} can't be made: {error.strerror}.") from None
    return os.fdopen(descriptor, "w", encoding="utf-8")


def _account() -> str:
    """Of the host: who called sudo, if somebody did."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # no name, as in a container
        return f"user {os.getuid()}"
