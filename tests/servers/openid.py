"""A real OpenID provider: oidc-provider on Node, TLS by the authority of the tests, loopback only."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.live import TestAuthority
from tests.servers.postgres import free_port

FOLDER = Path(__file__).with_name("oidc")
STARTS_WITHIN = 30.0  # seconds
CLIENT, SECRET = "gatehouse", "the secret of gatehouse, long enough"
PEOPLE = {
    "ada": {
        "password": "ada's password",
        "claims": {
            "name": "Ada Ångström",
            "preferred_username": "ada@northwind.example",
            "email": "ada@northwind.example",
            "hd": "northwind.example",
            "groups": ["teachers", "everybody"],
            "department": "Physics",
            "office": "Room 7",
        },
    },
    "stranger": {
        "password": "stranger's password",
        "claims": {"name": "Ada Ångström", "email": "ada@northwind.example", "hd": "elsewhere.example"},
    },
    "alice": {
        "password": "another alice",
        "claims": {"name": "Another Alice", "preferred_username": "alice", "hd": "northwind.example"},
    },
}


@dataclass
class OpenId:
    """``register`` makes it take the redirects of a site before it starts; each port is another issuer."""

    issuer: str
    _process: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)


@contextmanager
def openid(
    folder: Path, authority: TestAuthority, redirects: list[str], *, path: str = "", **options: object
) -> Iterator[OpenId]:
    """``redirects``: the redirect URIs of its one client; ``path``: of the issuer, such as Entra's."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules" / "oidc-provider").exists():
        raise RuntimeError("oidc-provider is missing (make setup-test installs it)")
    port = free_port()
    issuer = f"https://127.0.0.1:{port}{path}"
    given = {
        "port": port,
        "issuer": issuer,
        "certificate": str(authority.certificate_file),
        "key": str(authority.key_file),
        "clients": [{"id": CLIENT, "secret": SECRET, "redirects": redirects}],
        "people": PEOPLE,
        **options,
    }
    with (folder / f"openid-{port}.log").open("w") as log:
        command = [node, "provider.mjs", json.dumps(given)]
        process = subprocess.Popen(command, cwd=FOLDER, stdout=log, stderr=log)
        running = OpenId(issuer, process)
        try:
            _wait(running, authority, Path(log.name))
            yield running
        finally:
            running.stop()


def _wait(provider: OpenId, authority: TestAuthority, log: Path) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < STARTS_WITHIN:
        try:
            url = f"{provider.issuer}/.well-known/openid-configuration"
            requests.get(url, verify=str(authority.root_file), timeout=2).raise_for_status()
            return
        except requests.RequestException:
            time.sleep(0.1)
    raise RuntimeError(f"the OpenID provider did not start: {log.read_text()[-2000:]}")
