"""manage.py apply_site"""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.sites.models import Site
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enrollment.management.commands._site import SITE, site_called
from enrollment.settings_file.applying import Wish, apply_documents, finish
from enrollment.settings_file.reading import LARGEST_FILE, read_all
from enrollment.settings_file.run import BadFile, Source
from enrollment.settings_file.telling import told
from sites_config.models import User

WRONG = 2  # exit status, as diff has it


class Command(BaseCommand):
    help = (
        "Makes sites what FILE says, a file as export_site writes it; a site that isn't there yet is made. All of "
        "it or, if anything is wrong, nothing; everything that is wrong is named with its line. What is not in the "
        "file stays as it is; a value of null goes back to what is inherited or usual. A second time there is "
        "nothing to change. Exit status, as of diff: 0 nothing to change, or changed; 1 with --diff something would "
        "change; 2 something is wrong, and nothing was changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py apply_site district.yaml --diff --prune"
        parser.add_argument("file", nargs="+", type=Path, help="FILE.yaml; several are taken together.")
        parser.add_argument("--diff", action="store_true", help="Only say what would change, old and new.")
        parser.add_argument(
            "--site", help=f"{SITE} to change, whichever site the file is of. It must be there."
        )
        parser.add_argument(
            "--prune",
            action="store_true",
            help="Take away what the parts that are in the file don't say. Addresses that devices call stay; "
            "directories and providers that people are known by are switched off.",
        )
        parser.add_argument(
            "--user", help="User name of whoever changes it, for the history of what changes."
        )

    def handle(self, *args: object, **options: Any) -> None:
        author = User.objects.filter(username=options["user"]).first() if options["user"] else None
        if options["user"] and author is None:
            raise CommandError(f"No account is called {options['user']!r}.", returncode=WRONG)
        wish = Wish(
            now=timezone.now(),
            only=_site(options["site"]) if options["site"] else None,
            prune=options["prune"],
            dry=options["diff"],
            author=author,
        )
        try:
            runs = apply_documents(read_all(map(_source, options["file"])), wish)
        except BadFile as error:
            raise CommandError(f"Nothing was changed.\n{error}", returncode=WRONG) from None
        for line in (line for run in runs for line in told(run)):
            self.stdout.write(line)
        self._end(sum(len(run.changes) for run in runs), dry=wish.dry)
        if not wish.dry:
            for line in finish(runs):
                self.stdout.write(line)

    def _end(self, changes: int, *, dry: bool) -> None:
        if not changes:
            self.stdout.write("nothing to change")
            return
        self.stdout.write(f"{changes} {'would change' if dry else 'changed'}")
        if dry:
            sys.exit(1)


def _site(name: str) -> Site:
    try:
        return site_called(name)
    except CommandError as error:
        raise CommandError(str(error), returncode=WRONG) from None


def _source(file: Path) -> Source:
    try:
        with file.open("rb") as opened:
            return Source(str(file), file.parent, opened.read(LARGEST_FILE + 1))
    except OSError as error:
        raise CommandError(str(error), returncode=WRONG) from None
