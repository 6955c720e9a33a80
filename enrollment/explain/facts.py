"""What is known of one attempt, for the rules that say what probably holds it up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from enrollment import flow
from enrollment.models import Enrollment, Event, EventKind, Status
from enrollment.models.moves import UNDER_WAY
from enrollment.steps.base import Step
from enrollment.visit import of_device


@dataclass(frozen=True)
class Facts:
    """``events``: of this enrollment, the newest first. ``screen``: the slug of what is asked now, "" for nothing."""

    enrollment: Enrollment
    events: tuple[Event, ...]
    screen: str
    now: datetime

    @property
    def status(self) -> str:
        return self.enrollment.status

    def last(self, *kinds: EventKind) -> Event | None:
        return next((event for event in self.events if event.kind in kinds), None)

    @property
    def moved_at(self) -> datetime:
        """When the status became what it is."""
        moved = self.last(EventKind.MOVED)
        return moved.at if moved else self.enrollment.started_at

    @property
    def why_moved(self) -> str:
        """What the latest move gave as its reason."""
        moved = self.last(EventKind.MOVED)
        return str(moved.data.get("why", "")) if moved else ""

    def for_minutes(self, minutes: float) -> bool:
        """The status is what it is for as long as that."""
        return self.now - self.moved_at >= timedelta(minutes=minutes)

    @property
    def served_at(self) -> datetime | None:
        profile = self.enrollment.profile
        return profile.served_at if profile else None

    def at_log_in(self, why: str) -> bool:
        """They stand at the log-in, and this is why the latest try failed."""
        refused = self.last(EventKind.LOG_IN_REFUSED)
        return self.screen == "log-in" and refused is not None and refused.data.get("why") == why


def facts_of(enrollment: Enrollment, events: tuple[Event, ...], now: datetime) -> Facts:
    step = step_of(enrollment, now)
    return Facts(enrollment, events, step.slug if step else "", now)


def step_of(enrollment: Enrollment, now: datetime) -> type[Step] | None:
    """The screen that asks something of the person now."""
    if enrollment.status not in UNDER_WAY or enrollment.lapsed(now):
        return None
    return flow.current_step(of_device(enrollment, now))


def is_over(facts: Facts) -> bool:
    """Ended before it was enrolled, by somebody, by a failure or by time."""
    return facts.status in (Status.EXPIRED, Status.FAILED) or facts.enrollment.lapsed(facts.now)
