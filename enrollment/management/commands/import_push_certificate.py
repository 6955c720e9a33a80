"""manage.py import_push_certificate"""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enrollment.actions.authorities import BadPushCertificate, import_push_certificate
from enrollment.management.commands._site import add_site, site_of
from enrollment.models import PushCertificate
from sites_config.told_changes import told_changes


class Command(BaseCommand):
    help = (
        "Imports the MDM push certificate that Apple issued; its UID becomes the Topic of every profile of the "
        "site. The key's password, if any, is read from GATEHOUSE_PUSH_KEY_PASSWORD. A renewed certificate takes "
        "the place of the one with the same UID."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = (
            "Example: manage.py import_push_certificate --site enroll.example.org push.pem push.key"
        )
        add_site(parser)
        parser.add_argument("certificate", type=Path, help="PEM file from Apple's push certificates portal.")
        parser.add_argument("key", type=Path, help="PEM file of its private key.")

    def handle(self, *args: object, **options: Any) -> None:
        password = os.environ.get("GATEHOUSE_PUSH_KEY_PASSWORD", "").encode() or None
        site, now = site_of(options), timezone.now()
        try:
            with told_changes(site, PushCertificate, user=None, now=now):
                row = import_push_certificate(
                    site=site,
                    certificate_pem=options["certificate"].read_bytes(),
                    key_pem=options["key"].read_bytes(),
                    password=password,
                    now=now,
                )
        except (BadPushCertificate, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"topic {row.topic} until {row.not_after:%Y-%m-%d}")
