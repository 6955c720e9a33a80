"""manage.py expire_enrollments"""

from django.core.management.base import BaseCommand
from django.utils import timezone

from enrollment.actions.endings import expire_lapsed


class Command(BaseCommand):
    help = (
        "Marks attempts that nobody went on with as expired; run it every hour, by cron or a timer. Lists become "
        "tidy by it, held uses go back to their invitations, and webhooks report the end. Safety does not depend on "
        "it: what has lapsed is refused in any case."
    )

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(f"expired {expire_lapsed(now=timezone.now())}")
