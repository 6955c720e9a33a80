"""Changes of many rows at once, from their list: first a page that says how many and which, then one press.

Between the two the selection must stay the same: what was confirmed is what is changed.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone

from enrollment.admin.exports import record_export
from sites_config.admin.counting import counted
from sites_config.admin.scoped import ScopedAdmin
from sites_config.admin.scoping import for_user, reach_of
from sites_config.models import Privilege

ALL = Q()
MOST_AT_ONCE = 20_000  # more would take longer than a page may
SHOWN = 20
CHANGED_MEANWHILE = "The selection is not the same any more: other rows fit the filter now. Look once more."


class BulkAdmin(ScopedAdmin):
    """``confirmed`` is what its actions return."""

    def confirmed(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        apply: Callable[[Sequence[int], dict[str, Any]], str],
        *,
        words: str,
        form: type[forms.Form] = forms.Form,
        options: dict[str, Any] | None = None,
        also: tuple[Privilege, ...] = (),
        only: Q = ALL,
        in_parts: bool = False,
    ) -> HttpResponse | None:
        """Of the selection the rows that whoever asks may change. ``apply`` gets their keys and what the form brought,
        and says what it did; its ValueError stands beside the form. ``only``: which of them it is for. ``in_parts``: of
        more rows than may be changed at once the oldest come first, and the others another time."""
        seen = timezone.now().isoformat()
        rows = for_user(queryset.filter(only), request.user, change=True, also=also)
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
        cut = in_parts and len(keys) > MOST_AT_ONCE
        keys = keys[:MOST_AT_ONCE] if cut else keys
        if not keys or len(keys) > MOST_AT_ONCE:
            messages.error(request, _unfitting(bool(keys)))
            return None
        seal, sent = _seal(keys), request.POST.get("confirmed", "")
        bound = form(request.POST if sent else None, **(options or {}))
        if sent and sent != seal:
            messages.warning(request, CHANGED_MEANWHILE)
        elif sent and bound.is_valid():
            try:
                messages.success(request, apply(keys, bound.cleaned_data))
            except ValueError as reason:
                bound.add_error(None, str(reason))
            else:
                return None
        left = 0 if cut else _selected(queryset) - len(keys)
        facts = {
            "words": words, "form": bound, "seal": seal, "seen": seen, "number": len(keys), "left": left, "cut": cut,
        }  # fmt: skip
        return self._page(request, rows, facts)

    def exported(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        answer: Callable[[QuerySet[Any]], HttpResponseBase],
        *,
        words: str,
    ) -> HttpResponseBase:
        """Of the selection the rows of sites that whoever asks may read in whole; any number of them."""
        rows = self.readable(request, queryset)
        if request.POST.get("confirmed"):
            record_export(request, rows)
            return answer(rows)
        facts = {"words": words, "form": forms.Form(), "seal": "yes", "number": counted(rows), "left": 0}
        return self._page(request, rows, facts)

    def readable(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return for_user(rows, request.user)

    def _page(self, request: HttpRequest, rows: QuerySet[Any], facts: dict[str, Any]) -> TemplateResponse:
        name, description = self._asked(request)
        shown = list(rows[:SHOWN])
        context = {
            **self.admin_site.each_context(request),
            **facts,
            "title": description,
            "opts": self.opts,
            "action": name,
            "across": request.POST.get("select_across", "0"),
            "checkbox": ACTION_CHECKBOX_NAME,
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "shown": shown,
            "more": facts["number"] > len(shown),
            "back": request.get_full_path(),
        }
        return TemplateResponse(request, "admin/confirm.html", context)

    def _asked(self, request: HttpRequest) -> tuple[str, str]:
        """(name, description) of the action: a list has a form for them above its rows, and one below."""
        index, names = request.POST.get("index", "0"), request.POST.getlist("action")
        name = names[int(index)] if index.isdecimal() and int(index) < len(names) else names[0]
        return name, next(label for each, label in self.get_action_choices(request) if each == name)

    def has_administer_permission(self, request: HttpRequest) -> bool:
        """Of actions for those who administer a site, not for everybody who sees these rows."""
        return reach_of(request.user).everything or bool(reach_of(request.user).changes)

    def has_help_permission(self, request: HttpRequest) -> bool:
        return self._administers(request, None)

    def has_read_permission(self, request: HttpRequest) -> bool:
        return reach_of(request.user).everything or bool(reach_of(request.user).sees)


def _unfitting(too_many: bool) -> str:
    if too_many:
        return f"{MOST_AT_ONCE:,} at most at a time: narrow the list by a filter, such as the site."
    return "Nothing to do: what was selected is not yours to change, or has no need of it."


def _selected(rows: QuerySet[Any]) -> int:
    return int(rows.order_by().values("pk")[: MOST_AT_ONCE + 1].count())


def _seal(keys: Sequence[int]) -> str:
    return sha256(",".join(map(str, keys)).encode()).hexdigest()
