"""Gunicorn as an operator starts it, serving TLS itself, in processes of its own."""

import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from types import TracebackType

from tests.device.keys import any_key
from tests.iphone import IPhone
from tests.live import HOSTS, TestAuthority
from tests.phone.errors import PhoneError
from tests.phone.network import Network, Request
from tests.servers.databases import ROOT, Database, environment

READY_WITHIN = 60  # seconds; a busy machine starts slowly
ADDRESSES = dict.fromkeys(HOSTS, "127.0.0.1")


class Gunicorn:
    """A context manager. The port stays this object's while the process is started, killed and started again."""

    def __init__(self, database: Database, tls: TestAuthority, log: Path, *, workers: int = 2) -> None:
        self.database, self.tls, self.log, self.workers = database, tls, log, workers
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self.listener.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Gunicorn":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self.listener.close()

    def start(self, **variables: str) -> None:
        """Until it answers; ``variables`` are of its environment."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command(),
                cwd=ROOT,
                env=environment(self.database.url, **variables),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[self.listener.fileno()],
            )
        self._wait_for_an_answer()

    def _command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "gunicorn", "sites_config.wsgi", "--config=python:sites_config.gunicorn"),
            f"--bind=fd://{self.listener.fileno()}",
            f"--certfile={self.tls.certificate_file}",
            f"--keyfile={self.tls.key_file}",
            f"--workers={self.workers}",
        ]

    def _wait_for_an_answer(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline and self.process and self.process.poll() is None:
            try:
                if self.get("/enroll/") == 200:
                    return
            except PhoneError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"gunicorn did not answer: {self.log.read_text()[-3000:]}")

    def stop(self) -> None:
        """By its process id: gunicorn then ends its workers."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def url(self, path: str = "/") -> str:
        return f"https://alpha.test:{self.port}{path}"

    def get(self, path: str) -> int:
        """Status of a GET by nobody in particular."""
        request = Request("test", "GET", self.url(path), {"User-Agent": "test"})
        return Network((self.tls.root_pem,), ADDRESSES).send(request).status

    def phone(self, **options: object) -> IPhone:
        """A simulated iPhone that finds and trusts this server, with a key of the pool."""
        settings = {"key_maker": any_key, "roots": [self.tls.root_pem], "addresses": ADDRESSES} | options
        return IPhone(**settings)  # type: ignore[arg-type]

    def answered(self) -> Counter[int]:
        """How many requests got which status, by the access log."""
        lines = (line.split() for line in self.log.read_text().splitlines() if " gatehouse.access " in line)
        return Counter(int(words[-2]) for words in lines)
