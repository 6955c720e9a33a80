"""A real slapd for every story here, and the rows that lead to it."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from django.contrib.sites.models import Site

from enrollment.directories.ldap import connection
from enrollment.models import DirectoryServer
from sites_config.secrets import encrypt
from tests.live import TestAuthority
from tests.moved_clock import clock
from tests.servers.slapd import SERVICE, SERVICE_PASSWORD, SUFFIX, Slapd, slapd
from tests.visitor import quick_passwords

__all__ = ["clock", "quick_passwords"]
MakeServer = Callable[..., DirectoryServer]


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory, tls: TestAuthority) -> Iterator[Slapd]:
    with slapd(tmp_path_factory.mktemp("slapd"), tls) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_seen() -> Iterator[None]:
    """No story knows which hosts another found dead."""
    connection.forget()
    yield
    connection.forget()


@pytest.fixture
def connect(directory: Slapd) -> MakeServer:
    """A row for the running server, changed as a story says."""

    def make(site: Site, **columns: object) -> DirectoryServer:
        defaults: dict[str, object] = {
            "name": "Northwind LDAP",
            "hosts": f"127.0.0.1:{directory.tls}",
            "tls": "ldaps",
            "ca_pem": directory.ca_pem,
            "bind_dn": SERVICE,
            "bind_password_encrypted": encrypt(SERVICE_PASSWORD.encode()),
            "user_base": SUFFIX,
            "timeout_seconds": 1,
        }
        return DirectoryServer.objects.create(site=site, **(defaults | columns))

    return make


@pytest.fixture
def server(alpha: Site, connect: MakeServer) -> DirectoryServer:
    return connect(alpha)


@pytest.fixture
def silent() -> Iterator[str]:
    """A double of a server that takes every connection and never says a word; host:port."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def take() -> None:
            while True:
                try:
                    held.append(listening.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    for each in held:
        each.close()
