"""manage.py import_jamf_texts"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from enrollment.management.commands._site import add_site, site_of
from enrollment.management.commands._texts import content_of, told
from enrollment.wording.exchange import BadFile, apply, differences
from enrollment.wording.jamf import FromJamf, read
from sites_config.agreements import newest_texts, publish
from sites_config.models import Ownership, SiteConfiguration, TextSource
from sites_config.site_settings import SiteSettings
from sites_config.wording_checks import problems_of_markdown


class Command(BaseCommand):
    help = (
        "Takes the texts that Jamf Pro shows during enrollment from FILE, the JSON of its API (GET "
        "/api/v3/enrollment/languages for one language, or a list of these). Agreements become the next "
        "version of the site's: personalEula for personally, enterpriseEula for institutionally owned "
        "devices. Says what changes and what has no place here; all of it or, if anything in the file is "
        "wrong, nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py import_jamf_texts --site enroll.example.org texts.json --dry-run"
        add_site(parser)
        parser.add_argument("file", type=Path, metavar="FILE.json", help="The file, 4 MB at most.")
        parser.add_argument("--dry-run", action="store_true", help="Only say what would change.")

    def handle(self, *args: object, **options: Any) -> None:
        site, dry_run = SiteConfiguration.for_site(site_of(options)), options["dry_run"]
        try:
            with transaction.atomic():
                taken = read(content_of(options["file"]))
                changed = sum(self._texts(site, each, dry_run) for each in taken)
                self._agreements(site, taken, dry_run)
        except BadFile as error:
            raise CommandError(f"Nothing was changed.\n{error}") from None
        self.stdout.write(f"{changed} texts {'would change' if dry_run else 'changed'}")
        offered = {each.language for each in taken} - set(site.languages)
        if offered:
            self.stdout.write(f"The site does not offer {', '.join(sorted(offered))} yet: see its languages.")

    def _texts(self, site: SiteSettings, taken: FromJamf, dry_run: bool) -> int:
        changes = differences(site, taken.language, taken.texts)
        self.stdout.write(f"{taken.language}:")
        for part in (told(difference for _wording, difference in changes), *taken.notes):
            self.stdout.write(part)
        if not dry_run:
            apply(site, changes, source=TextSource.JAMF, author=None, now=timezone.now())
        return len(changes)

    def _agreements(self, site: SiteSettings, taken: list[FromJamf], dry_run: bool) -> None:
        for ownership in Ownership:
            texts = {
                each.language: each.agreements[ownership] for each in taken if ownership in each.agreements
            }
            problems = [
                f"{language}, agreement: {problem}"
                for language, text in texts.items()
                for problem in problems_of_markdown(text)
            ]
            if problems:
                raise BadFile(problems)
            before = newest_texts(site.site_id, ownership)
            if {**before, **texts} == before:
                continue
            self.stdout.write(
                f"A new agreement for {ownership.label.lower()}, in: {', '.join(sorted(texts))}"
            )
            if not dry_run:
                publish(site.site_id, ownership, {**before, **texts}, ask_again=True, now=timezone.now())
