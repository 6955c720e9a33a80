"""Five years of a district on the PostgreSQL that DATABASE_URL names, and how its dashboard is read there.

``python -m tests.dashboard.large`` prints one JSON object: how many rows there are, and the plan of every query.
"""

import json
import os
from datetime import timedelta
from typing import Any

import django

ROWS = 100_000
STEP = "interval '30 minutes'"  # from one attempt to the one before: 2083 days in all


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sites_config.settings")
    django.setup()
    print(json.dumps(load_and_look()))


def load_and_look() -> dict[str, object]:
    # Models can be imported only now.
    from django.contrib.sites.models import Site
    from django.db import connection

    from enrollment.models import Enrollment, Event
    from tests import people
    from tests.admin.world import logged_in

    alpha = Site.objects.get(name="Alpha School")
    north = people.new_site("North School", parent=alpha, ready=False)
    first = _first(north)
    with connection.cursor() as cursor:
        _copy(cursor, Enrollment, first, _ENROLLMENT)
        Enrollment.objects.filter(pk=first).delete()
        cursor.execute(_EVENTS)
        cursor.execute("ANALYZE")
    root = people.staff("root", "Root", is_staff=True, is_superuser=True)
    plans, page = _explained(logged_in(root, alpha), alpha.pk)
    return {
        "enrollments": Enrollment.objects.count(),
        "events": Event.objects.exclude(enrollment=None).count(),
        "begun": page.context["stops"].attempts,
        "plans": plans,
    }


# What is another in each copy; every fifth ended without a device.
_ENROLLMENT = {
    "public_id": "'p' || n",
    "reference": "lpad(n::text, 8, '0')",
    "key_sha256": "sha256(n::text::bytea)",
    "status": "CASE WHEN n % 5 = 0 THEN 'expired' ELSE 'enrolled' END",
    "started_at": f"now() - n * {STEP}",
    "idle_until": f"now() - n * {STEP} + interval '2 hours'",
    "ends_at": f"now() - n * {STEP} + interval '24 hours'",
    "enrolled_at": f"CASE WHEN n % 5 > 0 THEN now() - n * {STEP} + interval '4 minutes' END",
}
_EVENTS = """
INSERT INTO enrollment_event (site_id, kind, at, enrollment_id, data)
SELECT site_id, 'moved', started_at + step * interval '1 minute', id,
  CASE step WHEN 0 THEN '{"to": "started"}'::jsonb ELSE jsonb_build_object('from', 'started', 'to', status) END
FROM enrollment_enrollment, generate_series(0, 1) AS step ORDER BY started_at
"""


def _first(site: Any) -> int:
    from django.utils import timezone

    from enrollment.models import Enrollment

    now = timezone.now()
    row = Enrollment.objects.create(
        entry_site=site, site=site, key_sha256=b"-", host="alpha.test", started_at=now, idle_until=now,
        ends_at=now + timedelta(hours=24),
    )  # fmt: skip
    return row.pk


def _copy(cursor: Any, model: Any, pk: int, others: dict[str, str]) -> None:
    """``ROWS`` copies of one row, the oldest first, with ``others`` computed from the number n."""
    columns = [field.column for field in model._meta.concrete_fields if not field.primary_key]
    values = [others.get(column, f'"{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(values)} "  # noqa: S608  # names of ours
        f"FROM {model._meta.db_table}, generate_series({ROWS}, 1, -1) AS n WHERE id = {pk}"
    )


def _explained(client: Any, site: int) -> tuple[list[dict[str, str]], Any]:
    """The plans of all queries of the page and of the index, and the page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext, setup_test_environment

    setup_test_environment()
    with CaptureQueriesContext(connection) as captured:
        page = client.get(f"/admin/sites/site/{site}/dashboard/")
        index = client.get("/admin/")
    assert (page.status_code, index.status_code) == (200, 200)
    plans = []
    with connection.cursor() as cursor:
        for sql in {query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")}:
            cursor.execute(f"EXPLAIN {sql}".replace("%", "%%"), ())
            plans.append({"sql": sql[:3000], "plan": "\n".join(line for (line,) in cursor.fetchall())})
    return plans, page


if __name__ == "__main__":
    main()
