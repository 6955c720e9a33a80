"""manage.py run_worker"""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from enrollment.outbox.worker import drain

PAUSE = 2.0  # seconds
AFTER_A_FAULT = 15.0


class Command(BaseCommand):
    help = (
        "Sends what waits in the outbox: mails, text messages, webhooks. It runs beside the pages and is started "
        "again when it ends; several may run at once. It stops after the message at hand on SIGTERM or Ctrl-C."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="Send what is due now, say how many there were, then end."
        )

    def handle(self, *args: object, **options: Any) -> None:
        if options["once"]:
            self.stdout.write(f"{drain()} taken")
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: stop.set())
        self._work(stop)

    def _work(self, stop: threading.Event) -> None:
        while not stop.is_set():
            pause = PAUSE
            try:
                drain(stop=stop.is_set)
            except DatabaseError as error:  # it restarts, or is restored: the worker waits for it
                self.stderr.write(f"database: {error}")
                pause = AFTER_A_FAULT
            close_old_connections()
            stop.wait(pause)
