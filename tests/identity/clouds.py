"""Rows that lead to the doubles of Graph and of Google; import the fixtures by name."""

from collections.abc import Iterator

import pytest
from django.contrib.sites.models import Site
from pytest_django.fixtures import Settings

from enrollment.directories.cloud import asking, tokens
from enrollment.models import CloudIdentityProvider, cloud_look_up
from sites_config.secrets import encrypt
from tests.live import TestAuthority
from tests.servers import google as google_double
from tests.servers import graph as graph_double
from tests.servers.google import Google
from tests.servers.graph import Graph


@pytest.fixture(autouse=True)
def nothing_remembered(settings: Settings, tls: TestAuthority) -> Iterator[None]:
    """The doubles are trusted, and no story knows another's tokens."""
    settings.OUTBOUND_CA_FILE = str(tls.root_file)
    asking.forget()
    tokens.forget()
    yield
    asking.forget()
    tokens.forget()


@pytest.fixture
def graph(tls: TestAuthority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Graph]:
    running = Graph(tls)
    monkeypatch.setitem(cloud_look_up.GRAPH, running.host, running.base)
    yield running
    running.stop()


@pytest.fixture
def google(tls: TestAuthority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    running = Google(tls)
    monkeypatch.setattr(cloud_look_up, "GOOGLE_TOKENS", running.tokens)
    monkeypatch.setattr(cloud_look_up, "GOOGLE_DIRECTORY", running.directory)
    yield running
    running.stop()
    assert running.wrong == []


@pytest.fixture
def entra_row(alpha: Site, graph: Graph) -> CloudIdentityProvider:
    return connect_entra(alpha, graph)


@pytest.fixture
def google_row(alpha: Site, google: Google) -> CloudIdentityProvider:
    return connect_google(alpha)


def connect_entra(site: Site, graph: Graph, **columns: object) -> CloudIdentityProvider:
    defaults: dict[str, object] = {
        "name": "Northwind Account",
        "kind": "entra",
        "issuer": graph.issuer,
        "client_id": graph_double.CLIENT,
        "client_secret_encrypted": encrypt(graph_double.SECRET.encode()),
        "id_claim": "oid",
        "look_up": True,
    }
    return CloudIdentityProvider.objects.create(site=site, **(defaults | columns))


def connect_google(site: Site, **columns: object) -> CloudIdentityProvider:
    defaults: dict[str, object] = {
        "name": "Northwind Google",
        "kind": "google",
        "issuer": "https://accounts.google.com",
        "client_id": "gatehouse",
        "user_name_claim": "email",
        "required_claims": {"hd": "northwind.example"},
        "look_up": True,
        "delegated_admin": google_double.ADMIN,
        "service_account_encrypted": encrypt(google_double.service_account().encode()),
    }
    return CloudIdentityProvider.objects.create(site=site, **(defaults | columns))
