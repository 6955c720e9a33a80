"""What a list's search box finds, with questions that an index answers.

``search_fields``: “=name” is found by the whole word as typed, “^name” by its beginning, “name” by any part of it. Of
another table likewise: “device__^name”.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connections
from django.db.models import Model, Q, QuerySet
from django.utils.text import smart_split, unescape_string_literal

MOST_WORDS = 6
MOST_LETTERS = 200
# Of rows elsewhere that a word names, such as the devices of an event.
MOST_RELATED = 500
# Below that no trigram is in a word.
FEW_LETTERS = 3

Seen = Callable[[QuerySet[Any]], QuerySet[Any]]


def index_name(model: type[Model]) -> str:
    """Of the trigram index over a table's names."""
    return f"{model._meta.db_table}_search"


def found(
    rows: QuerySet[Any], fields: Sequence[str], text: str, *, seen: Seen, many_rows: bool
) -> QuerySet[Any]:
    """The rows in which every word is found. ``seen`` narrows the rows of other tables to those that may be seen.

    ``many_rows``: parts of words are searched for only with an index, else their beginnings.
    """
    parts = not many_rows or _has_index(rows)
    for word in _words(text):
        within = parts and (len(word) >= FEW_LETTERS or not _is_postgresql(rows))
        rows = rows.filter(_any(rows.model, fields, word, "icontains" if within else "istartswith", seen))
    return rows


def _words(text: str) -> Iterator[str]:
    for bit in list(smart_split(text[:MOST_LETTERS]))[:MOST_WORDS]:
        quoted = len(bit) > 1 and bit[0] in "\"'" and bit[0] == bit[-1]
        yield unescape_string_literal(bit) if quoted else bit


def _any(model: type[Model], fields: Iterable[str], word: str, part: str, seen: Seen) -> Q:
    own = [each for each in fields if "__" not in each]
    elsewhere: dict[str, list[str]] = {}
    for each in fields:
        relation, joined, column = each.partition("__")
        if joined:
            elsewhere.setdefault(relation, []).append(column)
    conditions = list(_conditions(model, own, word, part))
    for relation, columns in elsewhere.items():
        conditions.append(_related(model._meta.get_field(relation), columns, word, part, seen))
    return reduce(or_, conditions, Q(pk__in=[]))


def _related(relation: Any, columns: list[str], word: str, part: str, seen: Seen) -> Q:
    """By their keys, asked for beforehand: a join in an OR would have the whole table read."""
    other = relation.related_model
    named = reduce(or_, _conditions(other, columns, word, part), Q(pk__in=[]))
    rows = seen(other._default_manager.filter(named)).order_by()
    points_here = relation.auto_created  # the key stands in the other table
    keys = rows.values_list(relation.field.attname if points_here else "pk", flat=True)
    return Q(**{"pk__in" if points_here else f"{relation.name}__in": list(keys[:MOST_RELATED])})


def _conditions(model: type[Model], columns: Iterable[str], word: str, part: str) -> Iterator[Q]:
    for each in columns:
        name = each.lstrip("=^")
        if not each.startswith("="):
            yield Q(**{f"{name}__{'istartswith' if each.startswith('^') else part}": word})
            continue
        try:
            model._meta.get_field(name).to_python(word)  # type: ignore[union-attr]
        except ValidationError:  # no such number or UUID
            continue
        yield Q(**{name: word})


def _is_postgresql(rows: QuerySet[Any]) -> bool:
    return connections[rows.db].vendor == "postgresql"


_with_index: set[str] = set()


def _has_index(rows: QuerySet[Any]) -> bool:
    """Remembered once it is there; SQLite reads whole tables anyway."""
    name = index_name(rows.model)
    if not _is_postgresql(rows) or name in _with_index:
        return True
    with connections[rows.db].cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        (there,) = cursor.fetchone()
    if there:
        _with_index.add(name)
    return bool(there)
