"""Whole enrollments a second: simulated iPhones against the demonstration's server, all on this machine.

    .venv/bin/python -m bench.enrollments [--phones 60] [--at-once 6] [--port 8900]

The phones share the processor with the server and are slower than it: compare runs on one machine, side by side.
The phones' RSA keys are made before the clock starts: a real device makes its own.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from tests.iphone import IPhone

ROOT = Path(__file__).resolve().parent.parent
KEYS = 8  # made beforehand and taken in turn


@contextmanager
def server(port: int) -> Iterator[str]:
    """The demonstration in a folder of its own; gives the invitation with many uses."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"GATEHOUSE_DEMO": "1", "GATEHOUSE_VAR": folder, "PORT": str(port)}
        command = [sys.executable, str(ROOT / "manage.py"), "demo"]
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            try:
                yield _invitation(process)
            finally:
                process.terminate()
                process.wait(30)


def _invitation(process: subprocess.Popen[str]) -> str:
    facts: dict[str, str] = {}
    for line in process.stdout or ():
        word, _, value = line.strip().partition(" ")
        facts[word] = value
        if word == "single-use":
            break
    time.sleep(2)  # gunicorn forks its workers
    return facts["invitation"]


def enroll(url: str, key: RSAPrivateKey) -> float:
    """Seconds of the whole way, from the invitation to the page that says complete."""
    phone = IPhone(key_maker=lambda bits: key)
    phone.journey.pause = lambda seconds: time.sleep(0.02)
    began = time.perf_counter()
    phone.enroll(url)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--phones", type=int, default=60)
    parser.add_argument("--at-once", type=int, default=6)
    parser.add_argument("--port", type=int, default=8900)
    options = parser.parse_args()
    keys = [generate_private_key(65537, 2048) for _ in range(KEYS)]
    with server(options.port) as url, ThreadPoolExecutor(options.at_once) as pool:
        began = time.perf_counter()
        seconds = sorted(pool.map(lambda number: enroll(url, keys[number % KEYS]), range(options.phones)))
        total = time.perf_counter() - began
    print(f"enrollments {options.phones} seconds {total:.1f} per-second {options.phones / total:.1f}")
    print(
        f"one-enrollment p50 {statistics.median(seconds):.2f} s p99 {seconds[int(len(seconds) * 0.99) - 1]:.2f} s"
    )


if __name__ == "__main__":
    main()
