"""manage.py explain_enrollment"""

import logging
from argparse import ArgumentParser
from typing import Any

from django.contrib.sites.models import Site
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enrollment.explain.explain import explain
from enrollment.management.commands._site import add_site, site_of
from enrollment.models import Invitation
from sites_config.models import SiteConfiguration, User

log = logging.getLogger("gatehouse.directories")
SIGNS = {True: "yes ", False: "NO  ", None: "    "}


class Command(BaseCommand):
    help = (
        "Says why somebody may enroll at a site or may not: each rule, the sites, whose devices, and the screens in "
        "order. Directories are asked now; nothing is written but a line in the log. Exit status 0, whatever the "
        "answer."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py explain_enrollment --site enroll.example.org --user greta"
        add_site(parser)
        parser.add_argument("--user", required=True, help="The exact user name, of staff or of a directory.")
        parser.add_argument(
            "--invitation",
            help="As if they came by it: the name of an invitation of the site, or of one within it.",
        )

    def handle(self, *args: object, **options: Any) -> None:
        site, name = site_of(options), options["user"]
        log.info("enrollment at site %s explained for %s, by command", site.pk, name)
        told = explain(
            site=SiteConfiguration.for_site(site),
            user_name=name,
            accounts=User.objects.all(),
            now=timezone.now(),
            invitation=_invitation(site, options["invitation"]) if options["invitation"] else None,
        )
        for check in told.checks:
            self.stdout.write(f"{SIGNS[check.passed]}{check.text}")
        if not told.ways:
            self.stdout.write("\nThis person cannot enroll here.")
        for way in told.ways:
            self.stdout.write(f"\nScreens, for {way.when}:")
            for number, title in enumerate(way.screens, start=1):
                self.stdout.write(f"  {number}. {title}")


def _invitation(site: Site, name: str) -> Invitation:
    """The one of this name that may be opened at the site's address."""
    rows = Invitation.objects.filter(name=name)
    found = [row for row in rows if site.pk in SiteConfiguration.for_site(row.site_id).lineage]
    if len(found) != 1:
        raise CommandError(f"{'No' if not found else 'More than one'} invitation there is called {name!r}.")
    return found[0]
