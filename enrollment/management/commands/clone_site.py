"""manage.py clone_site"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enrollment.actions.sites import BadSite
from enrollment.management.commands._site import SITE, site_called
from enrollment.settings_file.cloning import Copy, clone_site


class Command(BaseCommand):
    help = (
        "Makes a new site like another one: its settings, texts, agreements, logo, CA certificate, access groups, "
        "directories, providers and webhooks, with their secrets. Not its addresses, people, invitations and devices. "
        "It belongs to the same parent; without a parent it gets an authority of its own."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = 'Example: manage.py clone_site "North School" "South School"'
        parser.add_argument("site", help=f"{SITE} to copy.")
        parser.add_argument("name", help="The name of the new one, which stands on every page.")
        parser.add_argument(
            "--host",
            default="",
            help="Its host name without https:// and port; needed where the copied site has no parent.",
        )
        parser.add_argument(
            "--with-staff",
            action="store_true",
            help="Whoever works at the one works at the other too, with the same privileges.",
        )

    def handle(self, *args: object, **options: Any) -> None:
        copy = Copy(name=options["name"], host=options["host"], staff=options["with_staff"])
        try:
            site = clone_site(site_called(options["site"]), copy, author=None, now=timezone.now())
        except BadSite as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"site {site.name} ({site.domain})")
