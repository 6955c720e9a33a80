"""The search indexes of PostgreSQL, once more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from enrollment.actions.search_indexes import index_searches


class Command(BaseCommand):
    help = (
        "Creates the indexes by which lists are searched on PostgreSQL, where they are missing: migrate does that too, "
        "and goes without the ones for parts of names if it may not create the extension pg_trgm. Run this after a "
        "superuser created it. It may be run at any time; writes to devices wait while an index is built, about ten "
        "seconds for a million of them. SQLite needs none."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        problem = index_searches(connection)
        if problem:
            raise CommandError(problem)
        self.stdout.write("The search indexes are there.")
