"""manage.py import_signing_identity"""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enrollment.actions.signing_identities import import_signing_identity
from enrollment.management.commands._site import add_site, site_of
from enrollment.models import SigningIdentity
from enrollment.pki.identity import BadIdentity
from sites_config.told_changes import told_changes


class Command(BaseCommand):
    help = (
        "Imports what signs the profiles of a site: PKCS#12, or PEM with certificate, intermediates and private key. "
        "The password, if any, is read from GATEHOUSE_SIGNING_KEY_PASSWORD. The chain is checked first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = "Example: manage.py import_signing_identity --site enroll.example.org signing.pem"
        add_site(parser)
        parser.add_argument("file", type=Path, help="The .p12, .pfx or .pem file.")

    def handle(self, *args: object, **options: Any) -> None:
        password = os.environ.get("GATEHOUSE_SIGNING_KEY_PASSWORD", "").encode() or None
        site, now = site_of(options), timezone.now()
        try:
            content = options["file"].read_bytes()
            with told_changes(site, SigningIdentity, user=None, now=now):
                row = import_signing_identity(site=site, content=content, password=password, now=now)
        except (BadIdentity, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"signing identity until {row.not_after:%Y-%m-%d}")
