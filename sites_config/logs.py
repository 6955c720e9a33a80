"""Log lines as JSON, one object a line, and what is known of the request in which a line is written.

Imports nothing of Django: gunicorn formats its own lines with it before any settings are read.
"""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass
class Served:
    """``request``: Django's, with our ``reference``; ``enrollment``: its public id, "" while it is not known."""

    request: Any
    enrollment: str = ""

    @property
    def route(self) -> str:
        """The name of the URL pattern, "-" while there is none. Never the path: it may hold a capability."""
        match = getattr(self.request, "resolver_match", None)
        return match.view_name if match else "-"


_served: ContextVar[Served | None] = ContextVar("served", default=None)


@contextmanager
def serving(request: Any) -> Iterator[Served]:
    """Every line of the block says which request it belongs to."""
    served = Served(request)
    token = _served.set(served)
    try:
        yield served
    finally:
        _served.reset(token)


def note_enrollment(public_id: str) -> None:
    """This request is about it; the lines from now on say so, in JSON alone."""
    served = _served.get()
    if served is not None:
        served.enrollment = public_id


class JsonFormatter(logging.Formatter):
    """Keys: time (UTC), level, logger, message; in a request also request, route and enrollment; in the line of the
    access log also status and duration_ms; exception with the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if served := _served.get():
            told |= {"request": served.request.reference, "route": served.route}
            told |= {"enrollment": served.enrollment} if served.enrollment else {}
        told |= {name: vars(record)[name] for name in ("status", "duration_ms") if name in vars(record)}
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        # ASCII: line ends of every kind and whatever turns the direction of writing become \u….
        return json.dumps(told, ensure_ascii=True, default=str)


FORMATTERS = {
    "text": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
    "json": {"()": "sites_config.logs.JsonFormatter"},
}
