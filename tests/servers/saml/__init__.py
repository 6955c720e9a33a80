"""A real SAML identity provider: SimpleSAMLphp on PHP's own server, with TLS in front, loopback only."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.live import TestAuthority
from tests.servers.postgres import free_port
from tests.servers.tls_front import TlsFront

FOLDER = Path(__file__).parent
PROGRAM = Path("/usr/share/simplesamlphp")
STARTS_WITHIN = 30.0  # seconds
PEOPLE = {
    "ada": {
        "password": "ada's password",
        "attributes": {
            "number": "p-ada-1",
            "uid": "ada",
            "displayName": "Ada Ångström",
            "mail": "ada@northwind.example",
            "groups": ["teachers", "everybody"],
            "department": "Physics",
            "roomNumber": "7",
        },
    },
    "alice": {
        "password": "another alice",
        "attributes": {"number": "p-alice-1", "uid": "alice", "givenName": "Another", "sn": "Alice"},
    },
    "nobody": {"password": "nobody's password", "attributes": {"uid": "nobody"}},
}


@dataclass
class IdentityProvider:
    """``wants`` changes how it answers, in the words of SimpleSAMLphp's saml20-idp-hosted."""

    url: str
    folder: Path
    root_file: Path

    @property
    def entity_id(self) -> str:
        return f"{self.url}/simplesaml/saml2/idp/metadata.php"

    def wants(self, **options: object) -> None:
        (self.folder / "wanted.json").write_text(json.dumps(options))

    def knows(self, name: str, metadata: bytes) -> None:
        """A service provider by its metadata."""
        (self.folder / "providers" / f"{name}.xml").write_bytes(metadata)

    def metadata(self) -> bytes:
        answer = requests.get(self.entity_id, verify=str(self.root_file), timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.content


@contextmanager
def saml(folder: Path, authority: TestAuthority) -> Iterator[IdentityProvider]:
    php = shutil.which("php")
    if php is None or not PROGRAM.exists():
        raise RuntimeError("SimpleSAMLphp is missing (make setup-test installs it)")
    port = free_port()
    front = TlsFront(authority, port)
    provider = IdentityProvider(f"https://127.0.0.1:{front.port}", folder, authority.root_file)
    _fill(folder, provider.url)
    environment = os.environ | {
        "SAML_FOLDER": str(folder),
        "SAML_PORT": str(front.port),
        "SIMPLESAMLPHP_CONFIG_DIR": str(folder / "config"),
        "PHP_CLI_SERVER_WORKERS": "2",
    }
    command = [php, "-d", f"session.save_path={folder / 'tmp'}", "-d", "error_reporting=8191"]
    command += ["-S", f"127.0.0.1:{port}", "-t", str(folder / "www"), str(FOLDER / "router.php")]
    with (folder / "php.log").open("w") as log:
        # A group of its own: its workers outlive it otherwise.
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(provider)
        yield provider
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)
        front.stop()


def _fill(folder: Path, url: str) -> None:
    for name in ("config", "metadata", "providers", "tmp", "www"):
        (folder / name).mkdir()
    (folder / "given.json").write_text(json.dumps({"url": url, "people": PEOPLE}))
    (folder / "wanted.json").write_text("{}")
    (folder / "metadata" / "saml20-sp-remote.php").write_text("<?php\n")
    shutil.copy(FOLDER / "saml20-idp-hosted.php", folder / "metadata")
    for name in ("config.php", "authsources.php"):
        shutil.copy(FOLDER / name, folder / "config")
    (folder / "www" / "simplesaml").symlink_to(PROGRAM / "www")
    for name in ("first", "next"):
        files = ["-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem"]
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", *files]
        subprocess.run([*command, "-subj", f"/CN=Northwind, {name} key"], check=True, capture_output=True)


def _wait(provider: IdentityProvider) -> None:
    begun = time.monotonic()
    while True:
        try:
            provider.metadata()
            return
        except (requests.RequestException, AssertionError) as error:
            if time.monotonic() - begun > STARTS_WITHIN:
                log = (provider.folder / "php.log").read_text()[-2000:]
                raise RuntimeError(f"SimpleSAMLphp did not start: {error} {log}") from None
            time.sleep(0.1)
