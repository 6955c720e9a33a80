"""How pages for staff are made: in English, because their strings are not translated, and in the site's time."""

import functools
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils import timezone, translation

LANGUAGE = "en"


def staff_page(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """Renders within the view, so that the template too speaks English and shows the site's time."""

    @functools.wraps(view)
    def page(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override(LANGUAGE), timezone.override(request.site.time_zone):
            response: HttpResponse = view(request, *args, **kwargs)
            if hasattr(response, "render"):
                response.render()
        response.headers["Content-Language"] = LANGUAGE
        return response

    return page
