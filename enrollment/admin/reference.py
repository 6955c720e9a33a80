"""Reference codes in the search boxes: as people read them out, with or without dash, in any case."""

import re
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from sites_config.admin.scoped import ScopedAdmin
from sites_config.references import ALPHABET, LENGTH

_HALF = rf"[{ALPHABET}]{{{LENGTH // 2}}}"
_REFERENCE = re.compile(rf"\s*({_HALF})[-\s]?({_HALF})\s*", re.IGNORECASE)


def typed_reference(text: str) -> str:
    """The code in what somebody typed; "" when it is none."""
    found = _REFERENCE.fullmatch(text)
    return (found[1] + found[2]).upper() if found else ""


class FindsReference(ScopedAdmin):
    """Its search fields name the column of the code."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, typed_reference(search_term) or search_term)
