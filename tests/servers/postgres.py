"""A throw-away PostgreSQL cluster on the loopback, from the binaries of Debian and Ubuntu."""

import atexit
import functools
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg

BINARIES = Path("/usr/lib/postgresql")
USER = "gatehouse"
OWNER = "postgres"  # the system account that runs it: initdb refuses root
# Nothing here outlives the tests, so the disk need not be waited for.
CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
full_page_writes = off
shared_buffers = 32MB
max_connections = 60
logging_collector = off
log_min_messages = warning
"""


class PostgresMissing(Exception):
    """The tests fail rather than leave out what they promise."""


class Cluster:
    """Started by its constructor. ``url(database)`` is what DATABASE_URL takes."""

    def __init__(self) -> None:
        self.binaries = binaries()
        self.port, self.password = free_port(), secrets.token_hex(16)
        self.folder = Path(tempfile.mkdtemp(prefix="gatehouse-postgres-"))
        if os.geteuid() == 0:
            shutil.chown(self.folder, OWNER)
        self.data, self.log = self.folder / "data", self.folder / "log"
        self._initialise()
        self.start()

    def _initialise(self) -> None:
        secret = self.folder / "password"
        secret.touch(0o600)
        secret.write_text(self.password)
        if os.geteuid() == 0:
            shutil.chown(secret, OWNER)
        options = ("--auth=scram-sha-256", f"--username={USER}", f"--pwfile={secret}", "--no-sync")
        self._run("initdb", f"--pgdata={self.data}", *options, "--encoding=UTF8", "--locale=C.UTF-8")
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.write(f"{CONFIGURATION}port = {self.port}\n")

    def start(self) -> None:
        self._control("start", f"--log={self.log}")

    def stop(self, mode: str = "fast") -> None:
        """``mode`` as pg_ctl names it: "fast" ends every connection, "immediate" is a crash."""
        self._control("stop", f"--mode={mode}")

    def destroy(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder)

    def _control(self, action: str, *options: str) -> None:
        """pg_ctl signals the process whose id stands in the cluster's own file."""
        self._run("pg_ctl", action, f"--pgdata={self.data}", "--wait", "--timeout=60", "--silent", *options)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", OWNER, "--", *command]
        # To a file: a pipe would stay open for as long as the server does.
        with (self.folder / "output").open("w+b") as output:
            done = subprocess.run(
                command, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
            )
            if done.returncode:
                output.seek(0)
                raise RuntimeError(f"{program}: {output.read().decode()[-2000:]}")

    def url(self, database: str) -> str:
        return f"postgres://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, template: str = "template1") -> str:
        """A new database, empty or a copy of another; returns its URL."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)


def binaries() -> Path:
    """Of the newest version installed."""
    versions = sorted((path for path in BINARIES.glob("*/bin") if (path / "initdb").exists()), key=version)
    if not versions:
        raise PostgresMissing(f"no PostgreSQL below {BINARIES}: .ci/packages test")
    if os.geteuid() == 0:
        pwd.getpwnam(OWNER)
    return versions[-1]


def version(path: Path) -> int:
    return int(path.parent.name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@functools.cache
def cluster() -> Cluster:
    """One for the whole run, gone with it."""
    started = Cluster()
    atexit.register(started.destroy)
    return started
