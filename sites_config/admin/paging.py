"""Pages of long lists. The database reaches row 900,000 only by way of those before it: so pages end after a hundred,
and “Go on from here” begins anew behind the last row shown, by an index."""

from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING, Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.paginator import Paginator
from django.db.models import Field, Q, QuerySet
from django.http import HttpRequest

from sites_config.admin.counting import counted

if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:  # generic for the type checker only
    _Paginator = Paginator

MOST_PAGES = 100
AFTER = "after"
_BETWEEN = "~"


class Pages(_Paginator):
    """At most a hundred; what lies behind them is reached by the key of a row."""

    @cached_property
    def count(self) -> int:
        return counted(self.object_list)  # type: ignore[arg-type]  # the admin gives it querysets

    @cached_property
    def num_pages(self) -> int:
        return min(max(ceil(self.count / self.per_page), 1), MOST_PAGES)

    @property
    def cut_off(self) -> bool:
        return self.count > MOST_PAGES * self.per_page


class LongList(ChangeList):
    """``after`` in the address: the column it is sorted by, and the row behind which it begins."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self._asked = request.GET.get(AFTER, "")
        self.begins_later = False
        super().__init__(request, *args, **kwargs)

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        found: dict[str, Any] = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name != AFTER}

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        rows = super().get_queryset(request, exclude_parameters)
        column = self._column(rows)
        said, _, key = self._asked.partition(_BETWEEN)
        if column is None or said != rows.query.order_by[0]:  # sorted otherwise since: from the beginning
            return rows
        self.begins_later = True
        return rows.filter(_behind(column, key, descending=said.startswith("-")))

    def get_ordering_field(self, field_name: Any) -> Any:
        """None for a column by which the list is not to be sorted: Django only leaves out the link."""
        if self.sortable_by is not None and field_name not in self.sortable_by:
            return None
        return super().get_ordering_field(field_name)

    def _get_deterministic_ordering(self, ordering: Any) -> list[Any]:
        """Of many rows by one column and the key, both in one direction, as an index has them. Django's own would take
        the list's usual order behind a chosen one."""
        first = list(ordering)[:1] if getattr(self.model_admin, "many_rows", False) else ordering
        found: list[Any] = super()._get_deterministic_ordering(first)  # type: ignore[misc]
        if len(found) == 2 and found[1] == "-pk" and not str(found[0]).startswith("-"):
            found[1] = "pk"
        return found

    @property
    def from_the_beginning_url(self) -> str:
        return str(self.get_query_string(remove=[AFTER])) if self.begins_later else ""

    @property
    def go_on_url(self) -> str:
        """On the last page that can be shown, if there is more behind it."""
        column, last = self._column(self.queryset), self.paginator.num_pages
        if column is None or not getattr(self.paginator, "cut_off", False) or self.page_num != last:
            return ""
        row = list(self.result_list)[-1]
        key = f"{row.pk}{_BETWEEN}{column.value_to_string(row)}"
        return str(
            self.get_query_string({AFTER: f"{self.queryset.query.order_by[0]}{_BETWEEN}{key}"}, [PAGE_VAR])
        )

    def _column(self, rows: QuerySet[Any]) -> "Field[Any, Any] | None":
        """The one column of its own that it is sorted by; none where a row could have no value in it."""
        ordering = rows.query.order_by
        if len(ordering) > 2 or not ordering or not isinstance(ordering[0], str):
            return None
        name = ordering[0].lstrip("-")
        try:
            column = self.lookup_opts.pk if name == "pk" else self.lookup_opts.get_field(name)
        except FieldDoesNotExist:  # a column of another table
            return None
        if not isinstance(column, Field) or column.null or column.is_relation:
            return None
        return column


def _behind(column: "Field[Any, Any]", key: str, *, descending: bool) -> Q:
    pk, _, text = key.partition(_BETWEEN)
    if not (pk.isdecimal() and len(pk) < 19):
        raise IncorrectLookupParameters
    try:
        value = column.to_python(text)
    except ValidationError as error:
        raise IncorrectLookupParameters from error
    name, beyond = column.name, "lt" if descending else "gt"
    later = Q(**{f"{name}__{beyond}": value}) | Q(**{f"pk__{beyond}": int(pk)})
    return Q(**{f"{name}__{beyond}e": value}) & later
