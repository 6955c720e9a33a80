"""What a dashboard costs: the same number of queries however much there is, and no look at every row."""

import json
from datetime import timedelta

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.models import FailureReason, Status
from sites_config import changes
from tests import people
from tests.admin.world import logged_in
from tests.budgets.counting import queries
from tests.dashboard.conftest import WAY, Past
from tests.dashboard.reading import url
from tests.servers.databases import new_database, run

ON_THE_PAGE, ON_THE_INDEX = 31, 27


def fill(past: Past, sites: list[Site], times: int) -> None:
    now = timezone.now()
    for number in range(times):
        for site in sites:
            began = now - timedelta(days=number % 13, minutes=number)
            past.enrolled(site, began)
            ends, (invitation, _token) = now + timedelta(hours=1), people.invite(site)
            past.attempt(site, began, idle_until=ends, ends_at=ends, invitation=invitation)
            past.attempt(site, began, Status.EXPIRED, invitation=invitation)
            past.attempt(site, began, *WAY[1:3], Status.FAILED, reason=FailureReason.SECOND_KEY)
            people.invite(site)


def test_more_rows_and_more_schools_cost_no_more_queries(
    as_anna: Client, alpha: Site, north: Site, past: Past, settings: Settings
) -> None:
    settings.CONFIGURATION_CHECK_SECONDS = 3600
    fill(past, [alpha, north], 1)
    few = counted(as_anna, alpha)
    schools = [people.new_site(f"School {number}", parent=alpha, ready=False) for number in range(5)]
    fill(past, [alpha, north, *schools], 4)

    many = counted(as_anna, alpha)

    assert many == few
    assert few[0] <= ON_THE_PAGE and few[1] <= ON_THE_INDEX, few


def counted(client: Client, site: Site) -> tuple[int, int]:
    """For the page and the index, in a process that knows its configuration."""
    numbers = []
    for path in (url(site), "/admin/"):
        client.get(path)
        with queries() as asked:
            assert client.get(path).status_code == 200
        numbers.append(len(asked))
    return numbers[0], numbers[1]


def test_a_choice_of_institutions_costs_no_more_for_each(alpha: Site, past: Past, settings: Settings) -> None:
    settings.CONFIGURATION_CHECK_SECONDS = 3600
    root = people.staff("root", "Root", is_staff=True, is_superuser=True)
    client = logged_in(root, alpha)
    sites = [people.new_site(f"College {number}", ready=False) for number in range(9)]
    changes.forget()
    client.get("/admin/")
    with queries() as asked:
        client.get("/admin/")
    few = len(asked)
    sites += [people.new_site(f"Academy {number}", ready=False) for number in range(9)]
    fill(past, sites, 1)
    client.get("/admin/")
    with queries() as asked:
        client.get("/admin/")

    assert len(asked) == few


# --- a district of a hundred thousand, on PostgreSQL -----------------------------------------------------------------


@pytest.mark.postgres
def test_postgresql_reads_no_table_from_end_to_end() -> None:
    """Every query of the page and of the index, explained by PostgreSQL after five years of a district."""
    done = run(new_database("postgresql").url, "-m", "tests.dashboard.large")
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)

    assert told["enrollments"] == 100_000 and told["events"] == 200_000
    assert told["begun"] > 600, "of the last fortnight"
    asked = [plan for plan in told["plans"] if "enrollment_e" in plan["sql"]]
    assert len(asked) >= 7
    assert any(plan["plan"].startswith("Limit") and "_started" in plan["plan"] for plan in asked)
    for plan in told["plans"]:
        for table in ("enrollment_enrollment", "enrollment_event"):
            assert f"Seq Scan on {table}" not in plan["plan"], plan
