"""manage.py create_authority"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from enrollment.actions.authorities import create_authority
from enrollment.management.commands._site import add_site, site_of


class Command(BaseCommand):
    help = "Makes a new issuing authority and a signing identity for a site; an earlier authority stays accepted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_site(parser)
        parser.add_argument("--name", required=True, help="Name of the authority, as devices show it.")
        parser.add_argument("--years", type=int, default=15, help="How long it lives (default: 15).")

    def handle(self, *args: object, **options: Any) -> None:
        site = site_of(options)
        authority = create_authority(
            site=site, name=options["name"], years=options["years"], now=timezone.now()
        )
        self.stdout.write(f"authority {authority.public_id} until {authority.not_after:%Y-%m-%d}")
