"""manage.py refresh_saml_metadata"""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enrollment.models import SamlIdentityProvider
from enrollment.signin.saml.metadata import stored_metadata
from enrollment.signin.saml.refresh import refresh
from sites_config.told_changes import told_changes

SOON = timedelta(days=30)


class Command(BaseCommand):
    help = (
        "Reads the metadata of every SAML identity provider that has a metadata URL. Run it once an hour: a provider's "
        "next key has to be known before it signs with it. What can't be read, or is no good, leaves the metadata as "
        "it was, and the exit status is 1. Names what ends within 30 days."
    )

    def handle(self, *args: object, **options: Any) -> None:
        failed = 0
        for row in SamlIdentityProvider.objects.exclude(metadata_url="").order_by("pk"):
            now = timezone.now()
            with told_changes(row.site, SamlIdentityProvider, user=None, now=now):
                done = refresh(row, now=now)
            failed += bool(done.problem)
            self.stdout.write(
                f"{row.site}, {row}: {done.problem or ('new' if done.changed else 'as before')}"
            )
        for row in SamlIdentityProvider.objects.exclude(metadata_xml="").order_by("pk"):
            self._warn(row)
        if failed:
            raise CommandError(
                f"The metadata of {failed} could not be read: see above. The older stays in use."
            )

    def _warn(self, row: SamlIdentityProvider) -> None:
        now = timezone.now()
        if row.metadata_valid_until is not None and row.metadata_valid_until < now + SOON:
            until = f"{row.metadata_valid_until:%Y-%m-%d %H:%M}"
            self.stdout.write(f"{row.site}, {row}: its metadata is valid until {until} only")
        for each in stored_metadata(row.metadata_xml).certificates:
            if each.not_valid_after_utc < now + SOON:
                end = f"{each.not_valid_after_utc:%Y-%m-%d}"
                self.stdout.write(f"{row.site}, {row}: a certificate of it ends on {end}")
