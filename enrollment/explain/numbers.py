"""How many: enrollments of today and of the last days, invitations and messages that wait, certificates that end.

Every function gets the rows that whoever asks may see, and counts them in a fixed number of queries by an index.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate

from enrollment.actions.invitation_states import UNBEGUN, InvitationState, in_state
from enrollment.actions.profiles import IN_ALL
from enrollment.models import Channel, Delivery, DeliveryState, Enrollment, Invitation, Status
from enrollment.models.delivery import UNFINISHED
from enrollment.models.moves import LAPSING

DAYS = 30


@dataclass(frozen=True)
class Numbers:
    """Of one site or of several. ``failed``: begun today and ended with an error; ``per_day``: enrolled."""

    begun: int = 0
    failed: int = 0
    under_way: int = 0
    per_day: Mapping[date, int] = field(default_factory=dict)

    def __add__(self, other: "Numbers") -> "Numbers":
        return Numbers(
            self.begun + other.begun,
            self.failed + other.failed,
            self.under_way + other.under_way,
            Counter(self.per_day) + Counter(other.per_day),
        )

    @property
    def enrolled(self) -> int:
        """In all the days."""
        return sum(self.per_day.values())

    def enrolled_on(self, day: date) -> int:
        return self.per_day.get(day, 0)


@dataclass(frozen=True)
class Messages:
    """``waiting``: not handed over yet; ``failed`` and ``unknown``: of the last days."""

    waiting: int
    failed: int
    unknown: int

    def __bool__(self) -> bool:
        return bool(self.waiting or self.failed or self.unknown)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When the day begins there."""
    return datetime.combine(day, time.min, tzinfo=zone)


def last_days(zone: ZoneInfo, *, now: datetime, number: int = DAYS) -> list[date]:
    """Oldest first; the last is today."""
    today = now.astimezone(zone).date()
    return [today - timedelta(days=back) for back in reversed(range(number))]


def numbers(rows: QuerySet[Enrollment], zone: ZoneInfo, *, now: datetime) -> dict[int, Numbers]:
    """By site, those with nothing left out."""
    days = last_days(zone, now=now)
    begun = {row["site"]: row for row in _of_today(rows, midnight(days[-1], zone), now)}
    enrolled: dict[int, dict[date, int]] = {}
    for site, day, count in _per_day(rows, midnight(days[0], zone), zone):
        enrolled.setdefault(site, {})[day] = count
    return {site: _together(begun.get(site, {}), enrolled.get(site, {})) for site in {*begun, *enrolled}}


def total(found: Iterable[Numbers]) -> Numbers:
    return sum(found, Numbers())


def unused_invitations(rows: QuerySet[Invitation], *, now: datetime) -> dict[InvitationState, int]:
    """Those that can be used and that nobody has begun with, by state."""
    counts = {state.value: Count("pk", filter=in_state(state, now)) for state in UNBEGUN}
    found = rows.filter(revoked_at=None, started_at=None).aggregate(**counts)
    return {state: found[state.value] for state in UNBEGUN}


def messages(rows: QuerySet[Delivery], *, since: datetime) -> tuple[Messages, Messages]:
    """Those to people, and the reports to other programs."""
    bad = Q(state__in=(DeliveryState.FAILED, DeliveryState.UNKNOWN), created_at__gte=since)
    open_or_bad = rows.filter(Q(state__in=UNFINISHED) | bad)
    found = open_or_bad.values_list("channel", "state").annotate(Count("pk")).order_by()
    people: Counter[str] = Counter()
    programs: Counter[str] = Counter()
    for channel, state, count in found:
        (programs if channel == Channel.WEBHOOK else people)[state] += count
    return _messages(people), _messages(programs)


def _messages(counts: Mapping[str, int]) -> Messages:
    return Messages(
        waiting=sum(counts.get(state, 0) for state in UNFINISHED),
        failed=counts.get(DeliveryState.FAILED, 0),
        unknown=counts.get(DeliveryState.UNKNOWN, 0),
    )


def _of_today(rows: QuerySet[Enrollment], today: datetime, now: datetime) -> Any:
    """By site; nothing is under way that was begun more than ``IN_ALL`` ago."""
    on_its_way = Q(status__in=LAPSING, idle_until__gt=now) | Q(status=Status.AUTHENTICATED, ends_at__gt=now)
    counts = {
        "begun": Count("pk", filter=Q(started_at__gte=today)),
        "failed": Count("pk", filter=Q(started_at__gte=today, status=Status.FAILED)),
        "under_way": Count("pk", filter=on_its_way),
    }
    return rows.filter(started_at__gte=min(today, now - IN_ALL)).values("site").annotate(**counts)


def _per_day(rows: QuerySet[Enrollment], since: datetime, zone: ZoneInfo) -> Any:
    """(site, day, how many)."""
    day = TruncDate("enrolled_at", tzinfo=zone)
    return rows.filter(enrolled_at__gte=since).values_list("site", day).annotate(Count("pk"))


def _together(begun: Mapping[str, int], per_day: Mapping[date, int]) -> Numbers:
    counts = {name: begun.get(name, 0) for name in ("begun", "failed", "under_way")}
    return Numbers(**counts, per_day=per_day)
