"""Every check, one after the other; none of them stops the others."""

from collections.abc import Iterable, Iterator, Sequence

from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection

from enrollment.doctor.checks import CHECKS, DATABASE
from enrollment.doctor.deadline import stopped
from enrollment.doctor.finding import Asked, Check, Finding, State

LONGEST_QUERY = 10_000  # milliseconds
TODO = "mend this first, then run doctor again"


def examine(asked: Asked, checks: Sequence[Check] = CHECKS) -> Iterator[tuple[str, Finding]]:
    """(name of the check, what it found), as it is found."""
    answers = True
    for check in (DATABASE, *checks):
        if check.asks_database and not answers:
            yield check.name, Finding(State.FAILED, "not looked at, because the database does not answer")
            continue
        for finding in _found(check, asked):
            answers = answers and (check is not DATABASE or finding.state != State.FAILED)
            yield check.name, finding


def _found(check: Check, asked: Asked) -> Iterable[Finding]:
    try:
        if check is not DATABASE and check.asks_database:
            _limit_queries()
        return list(check.look(asked)) or [Finding(State.OK, "nothing of the kind is used here")]
    except (Error, OSError, ImproperlyConfigured) as error:
        return [Finding(State.FAILED, " ".join(str(error).split()) or type(error).__name__, todo=TODO)]
    except Exception as error:
        return [stopped(error)]


def _limit_queries() -> None:
    """A table that somebody has locked must not hold up the command."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = %s", [LONGEST_QUERY])
