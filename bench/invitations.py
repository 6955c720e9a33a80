"""100,000 invitations from one CSV file on PostgreSQL, as ``manage.py invite --csv`` imports them.

    .venv/bin/python -m bench.invitations [--rows 100000] [--profile]

On a PostgreSQL of its own (initdb from the system's packages), thrown away afterwards. Beside it a loop that saves one
invitation after the other, of 1,000, reckoned up.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import time
from typing import Any

import django
from django.core.management import call_command

from tests.servers.postgres import cluster

ONE_BY_ONE = 1000


def table(rows: int) -> bytes:
    lines = (
        f"person{number}@school.example,Person {number} Surname,person{number},F2LX{number:08d}"
        for number in range(rows)
    )
    return "\n".join(["email,full_name,user_name,serial_number", *lines]).encode()


def imported(content: bytes, site: Any) -> str:
    """Seconds on the clock, and of them the work of this process and of PostgreSQL, which go on side by side."""
    from django.utils import timezone

    from bench.backend import processor_seconds
    from enrollment.actions.invitation_file import Terms, import_invitations

    began, here, there = time.perf_counter(), time.process_time(), processor_seconds()
    done = import_invitations(
        content, site=site, terms=Terms(), created_by=None, now=timezone.now(), dry_run=False
    )
    print(f"{len(done.rows):,} made, {done.skipped:,} skipped")
    took, here = time.perf_counter() - began, time.process_time() - here
    return f"{took:6.1f} s, {here:.1f} s of work here, {processor_seconds() - there:.1f} s of PostgreSQL's"


def one_by_one(rows: int, site: Any) -> float:
    """Seconds that a loop would take."""
    from tests import people

    began = time.perf_counter()
    for number in range(ONE_BY_ONE):
        people.invite(site, name=f"Person {number}", email=f"one{number}@school.example")
    return (time.perf_counter() - began) * rows / ONE_BY_ONE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--profile", action="store_true", help="say where the time goes")
    options = parser.parse_args()
    os.environ["DATABASE_URL"] = cluster().create("bench")
    __import__("tests.environment")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sites_config.settings")
    django.setup()
    from tests import people

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    site, content = people.new_site("Alpha School", "alpha.test", ready=False), table(options.rows)
    profile = cProfile.Profile()
    if options.profile:
        profile.enable()
    print(f"import            {imported(content, site)}")
    if options.profile:
        profile.disable()
        pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
    print(f"the same once more{imported(content, site)}")
    print(f"one by one        {one_by_one(options.rows, site):6.1f} s, reckoned from {ONE_BY_ONE:,}")


if __name__ == "__main__":
    main()
