"""manage.py unknown_certificates"""

from django.core.management.base import BaseCommand

from enrollment.actions.refusals import unknown_certificates


class Command(BaseCommand):
    help = (
        "Lists certificates that an authority of this installation signed, that checked in, and that the database "
        "does not know: of devices enrolled after the backup that was restored. They have to enroll again."
    )

    def handle(self, *args: object, **options: object) -> None:
        found = unknown_certificates()
        for each in found:
            self.stdout.write(
                f"{each.serial_number}  {each.subject}  {each.site}  first {each.first_seen_at:%Y-%m-%d %H:%M}  "
                f"last {each.last_seen_at:%Y-%m-%d %H:%M}"
            )
        self.stdout.write(f"{len(found)} unknown certificate{'' if len(found) == 1 else 's'} checked in")
