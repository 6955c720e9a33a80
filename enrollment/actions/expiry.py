"""When certificates end, and how far ahead that is told."""

from datetime import datetime, timedelta

STAGES = (60, 30, 14, 7, 1)  # days


def days_left(ends: datetime, now: datetime) -> int:
    """Whole days, rounded down; negative once it has ended."""
    return (ends - now) // timedelta(days=1)


def stage(ends: datetime, now: datetime) -> int | None:
    """The last of the stages that has begun: 30 for 14 to 30 days left, 0 once it has ended, None before."""
    if ends <= now:
        return 0
    begun = [days for days in STAGES if ends <= now + timedelta(days=days)]
    return min(begun, default=None)
