"""Indexes for looking people up: by the beginning of a name, whatever its case."""

from typing import Any

from django.db import models
from django.db.models import F, Func


class Folded(Func):
    """What ``iexact`` and ``istartswith`` compare on PostgreSQL, in the order of bytes, which LIKE 'ANA%' can use."""

    function = "UPPER"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="UPPER(%(expressions)s) varchar_pattern_ops", **context
        )


def folded_index(column: str, name: str) -> models.Index:
    return models.Index(Folded(F(column)), name=name)
