"""What its indexes cost an enrollment at Start, on PostgreSQL with many rows there already.

    .venv/bin/python -m bench.enrollment_row [--there 200000] [--rows 2000] [--times 3]

Enrollments are saved one by one, as Start does, and then moved on once, in one transaction that is rolled back: with
every index, and with those alone that keep a rule, the primary key and the unique constraints.
"""

from __future__ import annotations

import argparse
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django
from django.core.management import call_command

from tests.servers.postgres import cluster


def indexes(table: str) -> dict[str, str]:
    """Those that keep no rule, by name."""
    from django.db import connection

    sql = """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
             WHERE indrelid = %s::regclass AND NOT indisunique ORDER BY 1"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [table])
        return dict(cursor.fetchall())


@contextmanager
def without(names: dict[str, str]) -> Iterator[None]:
    from django.db import connection, transaction

    with transaction.atomic():
        with connection.cursor() as cursor:
            for name in names:
                cursor.execute(f"DROP INDEX {name}")
        yield
        transaction.set_rollback(True)


def saved(rows: int, site: Any) -> tuple[float, float]:
    """PostgreSQL's work for one row, and for moving it on, in microseconds."""
    from django.utils import timezone

    from bench.backend import processor_seconds
    from enrollment.models import Enrollment

    now, began = timezone.now(), processor_seconds()
    made = [
        Enrollment(
            entry_site=site, site=site, key_sha256=secrets.token_bytes(32), host="alpha.test", language="en",
            started_at=now, idle_until=now, ends_at=now, browser="Safari 18.6 on iPhone",
        )
        for _each in range(rows)
    ]  # fmt: skip
    for row in made:
        row.save(force_insert=True)
    there = processor_seconds()
    for row in made:
        Enrollment.objects.filter(pk=row.pk, status="started").update(status="profile-issued")
    return (there - began) * 1e6 / rows, (processor_seconds() - there) * 1e6 / rows


def measure(label: str, dropped: dict[str, str], options: argparse.Namespace, site: Any) -> None:
    found = []
    for _again in range(options.times):
        with without(dropped):
            found.append(saved(options.rows, site))
    insert, move = (min(each) for each in zip(*found, strict=True))
    print(f"{label:40} insert {insert:4.0f} µs, move {move:4.0f} µs", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--there", type=int, default=200_000)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    os.environ["DATABASE_URL"] = cluster().create("bench")
    __import__("tests.environment")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sites_config.settings")
    django.setup()
    from tests import people
    from tests.lists.rows import fill, schools

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    site = people.new_site("Alpha School", "alpha.test", ready=False)
    fill(options.there, [site, *schools(site)])
    every = indexes("enrollment_enrollment")
    for _again in range(2):
        measure(f"with {len(every)} more", {}, options, site)
        measure("with those alone that keep a rule", every, options, site)


if __name__ == "__main__":
    main()
