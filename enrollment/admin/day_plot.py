"""How many a day, drawn by the server: what a template needs for an SVG of bars, in percent of its width."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

HEIGHT = 120  # pixels, of the highest value of the scale
LABEL_EVERY = 7
MOST_LINES = 5  # above that of 0
_GAP = 0.25  # of the room of a bar
_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Bar:
    """``left``, ``width``, ``middle`` in percent, as CSS and SVG write them; ``top``, ``height`` in pixels."""

    day: date
    count: int
    left: str
    width: str
    middle: str
    top: int
    height: int
    labelled: bool


@dataclass(frozen=True)
class Line:
    value: int
    top: int


@dataclass(frozen=True)
class Plot:
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    total: int
    best: Bar
    height: int = HEIGHT


def day_plot(days: Sequence[date], counts: Mapping[date, int]) -> Plot:
    values = [counts.get(day, 0) for day in days]
    scale = _scale(max(values))
    room = 100 / len(days)
    bars = tuple(
        _bar(day, value, number, room, scale[-1], labelled=(len(days) - 1 - number) % LABEL_EVERY == 0)
        for number, (day, value) in enumerate(zip(days, values, strict=True))
    )
    lines = tuple(Line(value, HEIGHT - round(HEIGHT * value / scale[-1])) for value in scale)
    return Plot(bars, lines, sum(values), max(bars, key=lambda bar: bar.count))


def _bar(day: date, value: int, number: int, room: float, highest: int, *, labelled: bool) -> Bar:
    height = max(round(HEIGHT * value / highest), 2) if value else 0
    left, width = room * (number + _GAP / 2), room * (1 - _GAP)
    return Bar(
        day=day,
        count=value,
        left=f"{left:.2f}%",
        width=f"{width:.2f}%",
        middle=f"{left + width / 2:.2f}%",
        top=HEIGHT - height,
        height=height,
        labelled=labelled,
    )


def _scale(highest: int) -> tuple[int, ...]:
    """From 0 in round steps to what is not below the highest."""
    step = 1
    while step * MOST_LINES < highest:
        step = next(each for each in _round_numbers() if each > step)
    count = max(1, -(-highest // step))
    return tuple(step * number for number in range(count + 1))


def _round_numbers() -> "list[int]":
    return [each * 10**power for power in range(9) for each in _STEPS]
