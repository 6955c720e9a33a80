"""A restart of the database costs nobody a page: what a GET lost with its connection is asked once more."""

import logging
import sys
from collections.abc import Callable

from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError, close_old_connections
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

log = logging.getLogger("gatehouse.database")
LOST = "_lost_the_database"


class DatabaseMiddleware:
    """The pool checks a connection when it is taken; this is for those that break while they are in use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Safe methods only, because they change nothing: a POST may have been half done, and the person decides.
        if response.status_code == 500 and hasattr(request, LOST) and request.method in ("GET", "HEAD"):
            log.warning("asking again after the database went away")
            close_old_connections()
            response = self.get_response(request)
        return response


@receiver(got_request_exception, dispatch_uid="note that a request lost the database")
def note_lost_database(request: HttpRequest | None = None, **_signal: object) -> None:
    """Django turned the exception into the page for errors already; this remembers why."""
    if request is not None and isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        setattr(request, LOST, True)
