"""manage.py doctor"""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enrollment.doctor.examine import examine
from enrollment.doctor.finding import Asked, Finding, State


class Command(BaseCommand):
    help = (
        "Looks at everything that an installation needs and says of each thing: ok, warning or failed, and what to do "
        "next. It changes nothing and sends no mail. Exit status 0: nothing failed; 1: something did."
    )
    # It is for installations that are not well: what Django would stop at first is among what it tells.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py doctor --url https://mdm.example.org:8443 --json"
        parser.add_argument(
            "--json",
            action="store_true",
            help="One JSON object: at, state, and checks with check, state, subject, text, todo, days (left) and stage "
            "(60, 30, 14, 7, 1, 0), which changes when a warning should be given once more.",
        )
        parser.add_argument(
            "--url",
            action="append",
            default=[],
            metavar="URL",
            help="Look at this public URL, such as https://mdm.example.org:8443, instead of https and the name of each "
            "site address. May be given several times.",
        )

    def handle(self, *args: object, **options: Any) -> None:
        asked = Asked(timezone.now(), tuple(map(_url, options["url"])))
        found = []
        for name, finding in examine(asked):
            found.append((name, finding))
            if not options["json"]:
                self.stdout.write(_line(name, finding))
                self.stdout.flush()  # the next check may take its time
        states = [finding.state for _name, finding in found]
        if options["json"]:
            rows = [{"check": name} | asdict(finding) for name, finding in found]
            whole = {"at": asked.now.isoformat(), "state": _worst(states), "checks": rows}
            self.stdout.write(json.dumps(whole, indent=1, ensure_ascii=False))
        if failed := states.count(State.FAILED):
            raise CommandError(f"{failed} of {len(states)} failed: see above.")


def _line(name: str, finding: Finding) -> str:
    subject = f"{finding.subject}: " if finding.subject else ""
    todo = f" → {finding.todo}" if finding.todo else ""
    line = f"{finding.state:<8} {name:<15} {subject}{finding.text}{todo}"
    # What a directory or a mail server says of itself must not steer the terminal.
    return "".join(character if character.isprintable() else " " for character in line)


def _worst(states: list[State]) -> State:
    return next((state for state in (State.FAILED, State.WARNING) if state in states), State.OK)


def _url(text: str) -> str:
    """Scheme, host and port. Raises CommandError."""
    parts = urlsplit(text)
    try:
        good = parts.scheme in ("https", "http") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise CommandError(f"--url must be scheme, host and port, such as https://mdm.example.org: {text!r}")
    return f"{parts.scheme}://{parts.netloc}"
