"""manage.py waiting_profile"""

import sys

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from enrollment.actions.profiles import served
from enrollment.models import IssuedProfile, Status
from sites_config.secrets import decrypt


class Command(BaseCommand):
    help = (
        "Writes the newest profile that waits to be installed to standard output, for the simulated iPhone of the "
        "demonstration (`make iphone`), which plays the device of somebody who looks on in a desktop browser. Refuses "
        "elsewhere."
    )

    def handle(self, *args: object, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("Only in the demonstration: GATEHOUSE_DEMO=1")
        if IssuedProfile._meta.db_table not in connection.introspection.table_names():
            raise CommandError("There is no demonstration yet: start `make run` first.")
        now = timezone.now()
        waiting = IssuedProfile.objects.filter(enrollment__status=Status.PROFILE_ISSUED, expires_at__gt=now)
        profile = waiting.exclude(body_encrypted=None).order_by("issued_at").last()
        if profile is None or profile.body_encrypted is None:
            raise CommandError("No enrollment waits at “Install in Settings”: open an invitation first.")
        served(profile, now=now)
        sys.stdout.buffer.write(decrypt(bytes(profile.body_encrypted)))
