"""When a process that works beside the pages was last heard of."""

from datetime import datetime, timedelta

from enrollment.models import Heartbeat

OUTBOX = "outbox"  # the worker that sends
ALIVE = timedelta(minutes=2)
EVERY = timedelta(seconds=20)


def beat(name: str, *, now: datetime) -> None:
    """As often as you like: written once in twenty seconds."""
    if Heartbeat.objects.filter(name=name, at__gt=now - EVERY, at__lte=now).exists():
        return
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now})


def last_beat(name: str) -> datetime | None:
    return Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()


def is_alive(name: str, *, now: datetime) -> bool:
    """It was heard of in the last two minutes."""
    at = last_beat(name)
    return at is not None and at > now - ALIVE
