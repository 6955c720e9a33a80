"""An administrator of a site points a provider at a server of their own, which writes down whatever it is sent."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from pytest_django.fixtures import Settings

from enrollment.models import CloudIdentityProvider, DirectoryServer
from enrollment.signin import discovery
from sites_config.secrets import encrypt
from tests.admin.conftest import anna, as_anna
from tests.admin.filled import send
from tests.identity.conftest import MakeServer
from tests.live import TestAuthority

__all__ = ["anna", "as_anna"]
pytestmark = pytest.mark.django_db
SECRET = b"the secret that a stranger wants"
BIND_SUCCESS = bytes.fromhex("300c02010161070a010004000400")  # RFC 4511, 4.2.2, for the first message
Heard = Callable[[], bytes]


@pytest.fixture
def stranger(tls: TestAuthority) -> Iterator[tuple[int, Heard]]:
    """A double of a server with a good certificate, which welcomes every bind; its port, and what it heard."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.certificate_file, tls.key_file)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connected = listening.accept()[0]
                except OSError:
                    return
                with (
                    contextlib.suppress(OSError),
                    context.wrap_socket(connected, server_side=True) as talking,
                ):
                    talking.settimeout(2)
                    while content := talking.recv(65536):
                        heard.append(content)
                        talking.sendall(BIND_SUCCESS)

        threading.Thread(target=serve, daemon=True).start()
        yield listening.getsockname()[1], lambda: b"".join(heard)


def test_a_directorys_password_goes_to_no_other_host(
    as_anna: Client, server: DirectoryServer, stranger: tuple[int, Heard]
) -> None:
    port, heard = stranger
    DirectoryServer.objects.update(bind_password_encrypted=encrypt(SECRET))
    page = f"/admin/enrollment/directoryserver/{server.pk}/"
    send(as_anna, f"{page}change/", hosts=f"127.0.0.1:{port}")
    as_anna.post(f"{page}press/test/")
    assert SECRET not in heard()

    DirectoryServer.objects.update(bind_password_encrypted=encrypt(SECRET))
    as_anna.post(f"{page}press/test/")
    assert SECRET in heard(), "or the stranger would not have listened"


def test_a_clients_secret_goes_to_no_other_issuer(
    as_anna: Client, alpha: Site, stranger: tuple[int, Heard], settings: Settings, tls: TestAuthority
) -> None:
    settings.OUTBOUND_CA_FILE = str(tls.root_file)
    discovery.forget()
    port, heard = stranger
    row = CloudIdentityProvider.objects.create(
        site=alpha,
        name="Northwind Account",
        issuer="https://login.northwind.example",
        client_id="gatehouse",
        client_secret_encrypted=encrypt(SECRET),
    )
    page = f"/admin/enrollment/cloudidentityprovider/{row.pk}/"
    send(as_anna, f"{page}change/", issuer=f"https://127.0.0.1:{port}")
    as_anna.post(f"{page}press/test/")

    row.refresh_from_db()
    assert bytes(row.client_secret_encrypted) == b""
    assert b"/.well-known/openid-configuration" in heard() and SECRET not in heard()


def test_the_password_stays_when_nothing_but_the_name_changes(
    as_anna: Client, server: DirectoryServer, connect: MakeServer
) -> None:
    before = bytes(server.bind_password_encrypted)
    send(as_anna, f"/admin/enrollment/directoryserver/{server.pk}/change/", name="Another name")

    assert bytes(DirectoryServer.objects.get().bind_password_encrypted) == before
