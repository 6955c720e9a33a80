"""The screen that WebKit draws on."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def x_screen() -> Iterator[str]:
    """A virtual X screen on a display number that is free; the value is what DISPLAY takes."""
    program = shutil.which("Xvfb")
    if program is None:
        raise RuntimeError("Xvfb is missing: install the package xvfb (make setup-test does)")
    read_end, write_end = os.pipe()
    command = [program, "-displayfd", str(write_end), "-screen", "0", "1400x3000x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write_end], stderr=subprocess.DEVNULL) as server:
        os.close(write_end)
        with os.fdopen(read_end) as answer:
            number = answer.readline().strip()
        try:
            yield f":{number}"
        finally:
            server.terminate()
