"""manage.py moves"""

from django.core.management.base import BaseCommand

from enrollment.models.moves import FINAL, MOVES


class Command(BaseCommand):
    help = "Prints the statuses of an enrollment and the allowed moves as a Mermaid state diagram."

    def handle(self, *args: object, **options: object) -> None:
        lines = ["stateDiagram-v2", "    [*] --> STARTED"]
        for source, targets in MOVES.items():
            lines += [f"    {source.name} --> {target.name}" for target in sorted(targets)]
        lines += [f"    {status.name} --> [*]" for status in sorted(FINAL)]
        self.stdout.write("\n".join(lines))
