"""What a check says, and what it is asked with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from enrollment.actions.expiry import days_left, stage


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True)
class Finding:
    """One line. ``subject``: which of several, "" where there is one only; ``todo``: what an operator does about it,
    "" for nothing; ``days``: how long it lasts, for what ends; ``stage``: of actions/expiry.py."""

    state: State
    text: str
    subject: str = ""
    todo: str = ""
    days: int | None = None
    stage: int | None = None


@dataclass(frozen=True)
class Asked:
    """``urls``: what to look at in place of the sites' own addresses; scheme, host and port."""

    now: datetime
    urls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """``asks_database``: it is left out where the database does not answer."""

    name: str
    look: Callable[[Asked], Iterable[Finding]]
    asks_database: bool = True


def until(ends: datetime, *, now: datetime, subject: str, todo: str, more: str = "") -> Finding:
    """Of something that ends. ``more`` follows the date."""
    days, begun, date = days_left(ends, now), stage(ends, now), f"{ends:%Y-%m-%d}"
    if begun == 0:
        return Finding(State.FAILED, f"ended on {date}{more}", subject, todo, days, begun)
    if begun is not None:
        return Finding(
            State.WARNING, f"ends on {date}, in {_in_words(days)}{more}", subject, todo, days, begun
        )
    return Finding(State.OK, f"until {date}{more}", subject, "", days)


def _in_words(days: int) -> str:
    return "less than a day" if days < 1 else f"{days} day{'' if days == 1 else 's'}"
