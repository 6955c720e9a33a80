"""The worker that sends messages, and what waits for it."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Min

from enrollment.actions.heartbeats import OUTBOX, is_alive, last_beat
from enrollment.doctor.finding import Asked, Finding, State
from enrollment.models import Delivery, DeliveryState

LATE = timedelta(minutes=15)
START = "start manage.py run_worker, and let it be started again when it ends"


def worker(asked: Asked) -> Iterator[Finding]:
    beat = last_beat(OUTBOX)
    if is_alive(OUTBOX, now=asked.now):
        yield Finding(State.OK, "the worker is alive")
    elif beat is None:
        yield Finding(State.FAILED, "the worker has never run here, so nothing is sent", todo=START)
    else:
        yield Finding(State.FAILED, f"the worker was last heard of on {beat:%Y-%m-%d %H:%M} UTC", todo=START)
    yield from _waiting(asked)


def _waiting(asked: Asked) -> Iterator[Finding]:
    due = Delivery.objects.filter(state=DeliveryState.WAITING, next_try_at__lte=asked.now)
    oldest = due.aggregate(oldest=Min("next_try_at"))["oldest"]
    if oldest is not None and oldest < asked.now - LATE:
        text = f"messages wait to be sent since {oldest:%Y-%m-%d %H:%M} UTC"
        yield Finding(State.FAILED, text, "waiting", "look at the worker's log")
