"""A program that runs beside the demonstration and ends with it, however that ends."""

import os
import subprocess
from collections.abc import Sequence

# The program ends with the pipe: its other end is held by this process and what it becomes.
# A shell in between that nobody waits for, so that gunicorn meets no child it did not make.
WITH_THE_PIPE = 'exec 3<&0; ( "$@" & pid=$!; read -r _ <&3; kill "$pid"; wait "$pid" ) >/dev/null 2>&1 &'


def run_beside(command: Sequence[str]) -> int:
    """The end of the pipe to hold on to."""
    ours, pipe = os.pipe()
    shell = ["/bin/sh", "-c", WITH_THE_PIPE, "sh", *command]
    try:
        subprocess.run(shell, stdin=ours, start_new_session=True, check=True)  # noqa: S603
    finally:
        os.close(ours)
    os.set_inheritable(pipe, True)
    return pipe
