"""That data of people went out as a file: an event of each site whose rows are in it, for whoever audits the site."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.sites.models import Site
from django.db.models import Count, QuerySet

from enrollment.models import Event, EventKind
from sites_config.models import User
from sites_config.references import spoken

NAMED = 20  # rows of a kind that the event of a person's data names


def note_list(rows: QuerySet[Any], *, facts: Mapping[str, str], actor: User | None, now: datetime) -> None:
    """Before the first byte goes out. ``facts``: how the rows were chosen."""
    named = str(rows.model._meta.verbose_name_plural)
    by_site = rows.order_by().values_list("site").annotate(Count("pk"))
    Event.objects.bulk_create(
        Event(
            site_id=site_id,
            kind=EventKind.DATA_EXPORTED,
            at=now,
            actor=actor,
            data={"list": named, "rows": number, **facts},
        )
        for site_id, number in by_site
    )


def note_person(told: Mapping[str, Any], *, site: Site, by: str, now: datetime) -> None:
    """Names rows and no person: who is forgotten later must not stand here. ``by``: the account of the host."""
    kinds = {name: rows for name, rows in told.items() if isinstance(rows, list) and name != "events"}
    named = {name: _named(rows) for name, rows in kinds.items() if rows}
    data = {"list": "a person", "rows": sum(map(len, kinds.values())), "by": by, **named}
    Event.objects.create(site=site, kind=EventKind.DATA_EXPORTED, at=now, data=data)


def _named(rows: list[dict[str, Any]]) -> str:
    """Enrollments by their reference codes, other rows by their numbers."""
    names = [spoken(row["reference"]) if "reference" in row else str(row["id"]) for row in rows]
    more = [f"and {len(names) - NAMED} more"] if len(names) > NAMED else []
    return ", ".join([*names[:NAMED], *more])
