"""manage.py create_authority"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enrollment.actions.authorities import create_authority
from enrollment.management.commands._numbers import whole_number
from enrollment.management.commands._site import add_site, site_of
from enrollment.models import Authority, SigningIdentity
from sites_config.told_changes import told_changes


class Command(BaseCommand):
    help = (
        "Makes a new authority for a site, and what signs its profiles. From then on it issues the certificates of "
        "devices that enroll; devices of the earlier one check in as before."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = (
            "Example: manage.py create_authority --site enroll.example.org --name 'Example School Devices'"
        )
        add_site(parser)
        parser.add_argument(
            "--name", required=True, help="Of the authority, as devices show it; 64 characters at most."
        )
        parser.add_argument(
            "--years",
            type=whole_number(1, 30),
            default=15,
            help="How many years it lives, 1 to 30 (default: 15).",
        )

    def handle(self, *args: object, **options: Any) -> None:
        if len(options["name"]) > 64:
            raise CommandError("--name has 64 characters at most.")
        site = site_of(options)
        now = timezone.now()
        with told_changes(site, Authority, SigningIdentity, user=None, now=now):
            authority = create_authority(site=site, name=options["name"], years=options["years"], now=now)
        self.stdout.write(f"authority {authority.public_id} until {authority.not_after:%Y-%m-%d}")
