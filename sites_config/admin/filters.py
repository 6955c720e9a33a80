"""Filters whose choices are known beforehand. None asks the table which values there are: at a million rows that takes
longer than the list."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet, TextChoices
from django.http import HttpRequest


class States(admin.SimpleListFilter):
    """States that are derived: each is a condition, which may depend on the time."""

    title = "state"
    parameter_name = "state"
    states: ClassVar[type[TextChoices]]

    def condition(self, state: str) -> Q:
        """Of the rows in one of ``states``."""
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in self.states.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        known = chosen is not None and chosen in self.states.values
        return queryset.filter(self.condition(chosen)) if known and chosen else queryset


class Conditions(admin.SimpleListFilter):
    """``conditions``: value in the address -> (label, condition)."""

    conditions: ClassVar[Mapping[str, tuple[str, Q]]]

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [(value, label) for value, (label, _condition) in self.conditions.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.conditions.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset
