"""manage.py export_texts"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from enrollment.management.commands._site import site_of
from enrollment.management.commands._texts import add_file_of_texts, is_table
from enrollment.wording import csv_file, xliff_file
from enrollment.wording.exchange import exported
from sites_config.models import SiteConfiguration


class Command(BaseCommand):
    help = (
        "Writes every text of a site in one language into FILE for translators: XLIFF 1.2 (.xlf, .xliff) or "
        "CSV (.csv). Texts that the site did not word itself are in it as they are built in; import_texts "
        "takes them for unchanged. A file that is there already is replaced."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py export_texts --site enroll.example.org --language fr texts.xlf"
        add_file_of_texts(parser)

    def handle(self, *args: object, **options: Any) -> None:
        language, file = options["language"], options["file"]
        texts = exported(SiteConfiguration.for_site(site_of(options)), language)
        try:
            file.write_bytes(csv_file.write(texts) if is_table(file) else xliff_file.write(texts, language))
        except OSError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{len(texts)} texts")
