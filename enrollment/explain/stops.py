"""How far attempts came, and where they stopped. Nothing stores a screen: it follows from the answers given."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from django.db.models.fields.json import KT

from enrollment import flow
from enrollment.models import Enrollment, Event, EventKind, FailureReason, Status
from enrollment.models.moves import UNDER_WAY
from enrollment.signin.privileges import grants_column
from enrollment.visit import GRANTS, of_device

# The newest attempts that are looked at: a district's busiest fortnight. What is left out is told.
LOOKED_AT = 5000
BEGUN = "begun"
DEVICE_SIDE = (Status.PROFILE_ISSUED, Status.CERTIFICATE_ISSUED, Status.AUTHENTICATED, Status.ENROLLED)
_SCREENS = [step.slug for step in flow.STEPS]
_OVER = (Status.EXPIRED, Status.FAILED)
_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True)
class Stage:
    """``name``: BEGUN, the slug of a screen, or a status from the profile on. ``reached`` came as far as this,
    ``stopped`` no further, ``here`` are there now."""

    name: str
    reached: int
    stopped: int = 0
    here: int = 0


@dataclass(frozen=True)
class Stops:
    """``attempts`` without ``personal``, who were told how to enroll a device of their own. ``more``: there were older
    ones in the time that nobody looked at. ``failures``: (reason, how often), the most frequent first."""

    attempts: int
    personal: int
    more: bool
    stages: tuple[Stage, ...]
    failures: tuple[tuple[FailureReason, int], ...]


@dataclass(frozen=True)
class _Attempt:
    pk: int
    status: Status
    reason: FailureReason
    over: bool


def stops(rows: QuerySet[Enrollment], *, since: datetime, now: datetime) -> Stops:
    """Of attempts begun since then; five queries, however many there are."""
    found = list(_newest(rows, since, now))
    more, found = len(found) > LOOKED_AT, found[:LOOKED_AT]
    counted = [each for each in found if each.status != Status.INSTRUCTED]
    return Stops(
        attempts=len(counted),
        personal=len(found) - len(counted),
        more=more,
        stages=tuple(_stages(counted, now)),
        failures=_failures(counted),
    )


def _newest(rows: QuerySet[Enrollment], since: datetime, now: datetime) -> Iterator[_Attempt]:
    newest = rows.filter(started_at__gte=since).order_by("-started_at", "-pk")
    columns = ("pk", "status", "failure_reason", "idle_until", "ends_at", "started_at")
    for row in newest.only(*columns)[: LOOKED_AT + 1]:
        over = row.status in _OVER or row.lapsed(now)
        yield _Attempt(row.pk, Status(row.status), FailureReason(row.failure_reason), over)


def _failures(attempts: list[_Attempt]) -> tuple[tuple[FailureReason, int], ...]:
    """A reason stands on attempts that failed and on those that staff cancelled."""
    counts = Counter(each.reason for each in attempts if each.reason and each.status in _OVER)
    return tuple(counts.most_common())


def _stages(attempts: list[_Attempt], now: datetime) -> Iterator[Stage]:
    """Only screens where somebody stopped or is: the others were reached by as many as the next."""
    places = _places(attempts, now)
    stopped = Counter(places[each.pk] for each in attempts if each.over)
    here = Counter(places[each.pk] for each in attempts if each.status in UNDER_WAY and not each.over)
    left = len(attempts)
    yield Stage(BEGUN, left)
    for slug in _SCREENS:
        if stopped[slug] or here[slug]:
            yield Stage(slug, left, stopped[slug], here[slug])
            left -= stopped[slug] + here[slug]
    reached = _reached([each.pk for each in attempts])
    for status in DEVICE_SIDE:
        yield Stage(status, reached.get(status, 0), stopped[status], here[status])


def _places(attempts: list[_Attempt], now: datetime) -> dict[int, str]:
    """By attempt: the screen where somebody was who never got a profile, else the status."""
    before = _last_status([each.pk for each in attempts if each.status in _OVER])
    places = {each.pk: before.get(each.pk, each.status) for each in attempts}
    asked = [pk for pk, place in places.items() if place in (Status.STARTED, *_OVER)]
    return {pk: str(place) for pk, place in places.items()} | _screens(asked, now)


def _reached(attempts: Collection[int]) -> dict[str, int]:
    """By status: how many attempts ever moved there."""
    moves = Event.objects.filter(enrollment__in=attempts, kind=EventKind.MOVED)
    counts = moves.values_list(KT("data__to")).annotate(Count("enrollment", distinct=True)).order_by()
    return dict(counts)


def _last_status(over: Collection[int]) -> dict[int, Status]:
    """From which status they ended."""
    moves = Event.objects.filter(enrollment__in=over, kind=EventKind.MOVED).order_by("at", "pk")
    told = moves.values_list("enrollment", "data__from", "data__to")
    return {pk: Status(before) for pk, before, to in told if to in _OVER and before and pk is not None}


def _screens(attempts: Collection[int], now: datetime) -> dict[int, str]:
    """Asked of the configuration as it is now, about the answers as they were left."""
    rows = Enrollment.objects.filter(pk__in=attempts).annotate(**{GRANTS: grants_column()})
    found = rows.select_related("invitation", "signed_in_user", "profile")
    return {row.pk: _screen(row, now) for row in found}


def _screen(row: Enrollment, now: datetime) -> str:
    """Of an attempt that ended: the one that was open a moment before."""
    row.status = Status.STARTED  # in memory alone
    return flow.current_step(of_device(row, min(now, row.idle_until - _MOMENT))).slug
