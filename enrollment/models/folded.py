"""Indexes for looking people up: by the beginning of a name, whatever its case."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.expressions import Func, OrderBy
from django.db.models.functions import Collate, Upper
from django.db.models.indexes import IndexExpression


class ByBytes(Func):
    """On PostgreSQL in the order of bytes, which LIKE 'ANA%' can use in every locale. Of Django's own, OpClass says
    that too, and only where nothing but PostgreSQL is used."""

    template = "%(expressions)s"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="%(expressions)s varchar_pattern_ops", **context)


# Else Django would put it within the parentheses of the expression.
IndexExpression.register_wrappers(OrderBy, ByBytes, Collate)


def folded_index(column: str, name: str) -> models.Index:
    """For ``iexact`` and ``istartswith``."""
    return models.Index(ByBytes(Upper(column)), name=name)


def filled_index(column: str, name: str) -> models.Index:
    """The same of a column that is blank in most rows; for ``filled``."""
    return models.Index(ByBytes(Upper(column)), name=name, condition=~Q(**{column: ""}))


def filled(column: str, look_up: str, text: str) -> Q:
    """In words that ``filled_index`` answers: PostgreSQL takes a partial index only where its condition is asked."""
    return Q(**{f"{column}__{look_up}": text}) & ~Q(**{column: ""})
