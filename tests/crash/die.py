"""Answers SCEP requests and is killed at a given point of each, as by a power cut.

``python -m tests.crash.die FOLDER`` takes every file ``<point>.der`` in the folder, whose content is posted to the
path in ``<point>.path``, in a process of its own that ends with SIGKILL. It prints one line "<point> <signal>" each.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import django

# What is called next after each commit, and in the middle of each transaction: where the process ends.
POINTS = {
    "before-the-reservation": "enrollment.actions.certificates._reserve",
    "inside-the-reservation": "enrollment.actions.certificates.new_serial",
    "after-the-reservation": "enrollment.actions.certificates._signed",
    "after-the-signature": "enrollment.actions.certificates._issue",
    "inside-the-issue": "enrollment.actions.certificates.uses.spend",
    "after-the-issue": "enrollment.views.scep.scep.certificate_reply",
}


def die(*args: Any, **kwargs: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def post(path: str, message: bytes) -> None:
    from django.test import Client

    Client().generic("POST", path, message, secure=True, headers={"host": "alpha.test"})


def in_a_child(work: Callable[[], None]) -> int:
    """The signal that ended it, 0 when nothing did. No connection is open yet that both could use."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def killed_at(point: str, folder: Path) -> int:
    path, message = (folder / f"{point}.path").read_text(), (folder / f"{point}.der").read_bytes()

    def work() -> None:
        with mock.patch(POINTS[point], die):
            post(path, message)

    return in_a_child(work)


def main(folder: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sites_config.settings")
    django.setup()
    for file in sorted(folder.glob("*.der")):
        print(file.stem, killed_at(file.stem, folder), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
