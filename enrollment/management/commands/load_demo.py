"""manage.py load_demo"""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from enrollment.actions import demo


class Command(BaseCommand):
    help = (
        "Loads the demonstration's data, as `make run` does: what is missing of it. Refuses outside the demonstration "
        "(GATEHOUSE_DEMO=1)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--host",
            action="append",
            help="Host name or address of the district's site; may be given several times (default: 127.0.0.1).",
        )

    def handle(self, *args: object, **options: list[str] | None) -> None:
        hosts = tuple(options["host"] or ("127.0.0.1",))
        try:
            site = demo.load_demo(hosts=hosts, now=timezone.now())
        except demo.NotADemonstration:
            raise CommandError("Demonstration data belong to the demonstration only: make run") from None
        self.stdout.write(f"site {site.name}")
