"""manage.py rewrap_secrets"""

from django.core.management.base import BaseCommand, CommandError

from enrollment.actions.rewrapping import Count, rewrap_all


class Command(BaseCommand):
    help = (
        "Encrypts every secret in the database with the first key of the field-key file. It may be stopped and run "
        "again at any time. Exit status 0: no older key is needed any more, they may be taken out of the file; 1: it "
        "says which secrets open with no key, or were changed meanwhile."
    )

    def handle(self, *args: object, **options: object) -> None:
        counts: list[Count] = []
        for count in rewrap_all():
            counts.append(count)
            self._tell(count)
        if any(count.closed for count in counts):
            raise CommandError("Some secrets open with no key of the file: see above. Keep the older keys.")
        if any(count.changed for count in counts):
            raise CommandError("Some rows were changed meanwhile: run it again.")

    def _tell(self, count: Count) -> None:
        numbers = {
            "rewrapped": count.rewrapped,
            "under the newest key before": count.newest,
            "changed meanwhile": count.changed,
            "not opened": len(count.closed),
        }
        said = ", ".join(f"{number} {words}" for words, number in numbers.items() if number)
        self.stdout.write(f"{count.column}: {said or 'empty'}")
        for row in count.closed:
            self.stderr.write(f"no key opens {row}")
