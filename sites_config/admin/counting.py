"""How many rows a list has: counted where they are few, estimated where counting would take longer than the page."""

import json
from typing import Any

from django.db import connections
from django.db.models import QuerySet

EXACT_UP_TO = 5000  # the pages that a list shows


class Roughly(int):
    """A number that says it is none: “about 1,000,000”."""

    word: str

    def __new__(cls, number: int, word: str = "about") -> "Roughly":
        made = super().__new__(cls, number)
        made.word = word
        return made

    def __str__(self) -> str:
        return f"{self.word} {int(self):,}"

    __repr__ = __str__


def counted(rows: QuerySet[Any]) -> int:
    """Exact up to 5,000. Beyond, PostgreSQL's own estimate; SQLite has none to offer."""
    keys = rows.order_by().values("pk")
    exact: int = keys[: EXACT_UP_TO + 1].count()
    if exact <= EXACT_UP_TO:
        return exact
    if connections[rows.db].vendor != "postgresql":
        return Roughly(EXACT_UP_TO, "more than")
    plan = json.loads(keys.explain(format="json"))
    return Roughly(_rounded(max(int(plan[0]["Plan"]["Plan Rows"]), EXACT_UP_TO)))


def _rounded(number: int) -> int:
    """To two digits: more would claim to be known."""
    step = 10 ** (len(str(number)) - 2)
    return int((number + step // 2) // step * step)
