"""A clock that stories move: frozen, the same for the server and the phone."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone


class Clock:
    """Stands still until a story moves it. ``now`` is also the ``clock`` of a simulated phone."""

    def __init__(self) -> None:
        self.time = timezone.now()

    def now(self) -> datetime:
        return self.time

    def forward(self, *, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        self.time += timedelta(hours=hours, minutes=minutes, seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """Every `timezone.now()` of the server reads it; sites and their authorities are best made before it moves."""
    stopped = Clock()
    monkeypatch.setattr("django.utils.timezone.now", stopped.now)
    yield stopped
