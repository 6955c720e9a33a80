"""The one way a status changes: a conditional UPDATE by the table of moves, and one event beside it."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Q

from enrollment.actions.webhooks import announce_status
from enrollment.models import Enrollment, Event, EventKind, Status
from enrollment.models.moves import sources
from sites_config.models import User


class MoveRefused(Exception):
    """The table doesn't allow the move from the status the row has by now, or a condition no longer holds."""


def move(
    enrollment: Enrollment,
    to: Status,
    *,
    now: datetime,
    condition: Q | None = None,
    actor: User | None = None,
    why: str = "",
    columns: Mapping[str, object] | None = None,
) -> None:
    """Call it in the transaction of whatever belongs to the move. ``columns`` are set by the same UPDATE.

    ``condition`` asks the row's own columns, or Exists. A join would hide all of it in a subquery, which PostgreSQL
    does not ask again when the UPDATE had to wait for another one.
    """
    changes = columns or {}
    allowed = Q(pk=enrollment.pk, status__in=sources(to)) & (condition or Q())
    if not Enrollment.objects.filter(allowed).update(status=to, **changes):
        raise MoveRefused(f"{enrollment.status} -> {to}")
    Event.objects.create(
        site_id=enrollment.site_id,
        kind=EventKind.MOVED,
        at=now,
        enrollment=enrollment,
        actor=actor,
        data={"from": enrollment.status, "to": to} | ({"why": why} if why else {}),
    )
    enrollment.status = to
    for name, value in changes.items():
        if not hasattr(value, "resolve_expression"):
            setattr(enrollment, name, value)
    announce_status(enrollment, to, now=now, why=why)
