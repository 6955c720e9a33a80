"""Batches in short transactions: it may run beside traffic, be stopped anywhere, and be run again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from enrollment.actions.endings import expire_lapsed
from enrollment.actions.purging.rules import RULES, Rows, Rule

BATCH = 500
# What, table, column of the end, key.
EXPIRING = (
    ("expired sessions", Session._meta.db_table, "expire_date", "session_key"),
    ("rows of the cache", str(settings.CACHES["default"]["LOCATION"]), "expires", "cache_key"),
)


@dataclass(frozen=True)
class Purged:
    kind: str
    what: str
    number: int


def purge(*, days: Mapping[str, int], dry_run: bool, now: datetime) -> Iterator[Purged]:
    """Rule by rule. ``days``: by the name of every kind. A dry run counts what would go."""
    if not dry_run:
        expire_lapsed(now=now)  # what nobody went on with is over, too
    for rule in RULES:
        before = now - timedelta(days=days[rule.kind])
        number = older(rule.rows(), rule, before).count() if dry_run else _purge(rule, before)
        yield Purged(rule.kind, rule.what, number)
    for what, table, column, key in EXPIRING:
        found = _Expired(connection.ops.quote_name(table), column, key, now)
        yield Purged("", what, found.count() if dry_run else found.delete())


def older(rows: Rows, rule: Rule, before: datetime) -> Rows:
    """By the rule's own column, the oldest first."""
    return rows.filter(**{f"{rule.age}__lt": before}).order_by(rule.age, "pk")


def _purge(rule: Rule, before: datetime) -> int:
    return sum(_remove(rule, batch) for batch in batches(rule, before))


def batches(rule: Rule, before: datetime) -> Iterator[list[int]]:
    """Primary keys. Each batch begins behind the one before, so that what could not go is not read again."""
    rows = older(rule.candidates(), rule, before)
    page = list(rows.values_list("pk", rule.age)[:BATCH])
    while page:
        yield [pk for pk, _age in page]
        page = list(_behind(rows, rule.age, *page[-1]).values_list("pk", rule.age)[:BATCH])


def _behind(rows: Rows, column: str, pk: int, age: datetime) -> Rows:
    # The first condition alone is what an index is searched by.
    return rows.filter(Q(**{f"{column}__gt": age}) | Q(pk__gt=pk), **{f"{column}__gte": age})


def _remove(rule: Rule, batch: list[int]) -> int:
    try:
        with transaction.atomic():
            return rule.remove(rule.rows().filter(pk__in=batch).order_by())
    except IntegrityError:  # something began to refer to one of them a moment ago: the next run looks again
        return 0


class _Expired:
    """Rows of a table that Django keeps for itself; its cache removes them only when it is full."""

    def __init__(self, table: str, column: str, key: str, now: datetime) -> None:
        self.which = f"{table} WHERE {column} < %s"
        self.batch = f"{table} WHERE {key} IN (SELECT {key} FROM {self.which} LIMIT {BATCH})"  # noqa: S608
        self.before = [connection.ops.adapt_datetimefield_value(now.replace(microsecond=0))]

    def count(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {self.which}", self.before)  # noqa: S608
            return int(cursor.fetchone()[0])

    def delete(self) -> int:
        removed = 0
        with connection.cursor() as cursor:
            while True:
                cursor.execute(f"DELETE FROM {self.batch}", self.before)  # noqa: S608
                number: int = cursor.rowcount
                removed += number
                if number < BATCH:
                    return removed
