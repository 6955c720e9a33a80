"""manage.py import_texts"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enrollment.management.commands._site import site_of
from enrollment.management.commands._texts import add_file_of_texts, content_of, is_table, told
from enrollment.wording import csv_file, xliff_file
from enrollment.wording.exchange import BadFile, apply, differences
from sites_config.models import SiteConfiguration, TextSource


class Command(BaseCommand):
    help = (
        "Takes the texts of a site in one language from FILE: XLIFF 1.2 (.xlf, .xliff) or CSV (.csv) with the"
        " columns key and text. Says what changes; all of it or, if anything in the file is wrong, nothing. A"
        " text that is empty in the file goes back to what the site inherits or what is built in. A file from"
        " export_texts changes no text that was changed at the site since."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = (
            "Example: manage.py import_texts --site enroll.example.org --language fr texts.xlf --dry-run"
        )
        add_file_of_texts(parser)
        parser.add_argument("--dry-run", action="store_true", help="Only say what would change.")

    def handle(self, *args: object, **options: Any) -> None:
        site, language = SiteConfiguration.for_site(site_of(options)), options["language"]
        content = content_of(options["file"])
        try:
            sent = csv_file.read(content) if is_table(options["file"]) else xliff_file.read(content, language)
            changes = differences(site, language, sent)
            self.stdout.write(told(difference for _wording, difference in changes))
            if not options["dry_run"]:
                apply(site, changes, source=TextSource.FILE, author=None, now=timezone.now())
        except BadFile as error:
            raise CommandError(f"Nothing was changed.\n{error}") from None
        would = "would change" if options["dry_run"] else "changed"
        self.stdout.write(f"{len(changes)} of {len(sent)} texts {would}")
