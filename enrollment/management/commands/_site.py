"""The --site argument that several commands take."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.sites.models import Site
from django.core.management.base import CommandError
from django.db.models import Q

# How ``site_called`` knows a site, for the help of an argument.
SITE = "Host name, identifier, name or number of the site"


def add_site(parser: ArgumentParser) -> None:
    parser.add_argument("--site", required=True, help=f"{SITE}.")


def site_of(options: dict[str, Any]) -> Site:
    """The one site that the argument names; CommandError otherwise."""
    return site_called(options["site"])


def site_called(text: str) -> Site:
    """The one site with this host name, identifier, name or number; CommandError otherwise."""
    named = Q(addresses__host=text.lower()) | Q(domain__iexact=text) | Q(name__iexact=text)
    number = Q(pk=int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else Q(pk__in=[])
    found = Site.objects.filter(configuration__isnull=False).filter(named | number)
    sites = list(found.distinct()[:2])
    if len(sites) != 1:
        raise CommandError(f"{'No' if not sites else 'More than one'} site is called {text!r}.")
    return sites[0]
