"""manage.py expire_enrollments"""

from django.core.management.base import BaseCommand
from django.utils import timezone

from enrollment.actions.endings import expire_lapsed


class Command(BaseCommand):
    help = "Marks attempts that nobody went on with as expired, for tidy lists; run it every hour or so."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(f"expired {expire_lapsed(now=timezone.now())}")
