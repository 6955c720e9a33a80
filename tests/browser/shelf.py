"""Pages that were made before, served to a browser one by one."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.http import HttpResponse

from sites_config import changes
from tests.live import LiveServer, TestAuthority
from tests.moved_clock import Clock


class Shelf:
    """Serves answers that were made before, each at the path of its name, and none leads away by itself."""

    def __init__(self) -> None:
        self.answers: dict[str, HttpResponse] = {}

    def __call__(
        self, environ: dict[str, object], start: Callable[[str, list[tuple[str, str]]], object]
    ) -> Iterable[bytes]:
        answer = self.answers.get(str(environ["PATH_INFO"]).strip("/"))
        if answer is None:
            start("503 Service Unavailable", [])  # the waiting page's script then asks again later
            return []
        headers = [(name, value) for name, value in answer.items() if name != "Content-Length"]
        start(f"{answer.status_code} {answer.reason_phrase}", headers)
        return [answer.content.replace(b'http-equiv="refresh"', b'name="refresh"')]


@contextmanager
def shelf_server(tls: TestAuthority, shelf: Shelf) -> Iterator[LiveServer]:
    running = LiveServer(tls, shelf)
    try:
        yield running
    finally:
        running.stop()


@contextmanager
def passing_world(clock: Clock) -> Iterator[None]:
    """Whatever happens to database, memory and clock is gone afterwards."""
    began = clock.time
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    clock.time = began
    changes.forget()
