"""Somebody in more groups than fit into Entra's token logs in: a real OpenID provider, and a double of Graph.

https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference#groups-overage-claim
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.contrib.sites.models import Site
from pytest_django.fixtures import Settings

from enrollment.models import CloudIdentityProvider, Device, Identity, cloud_look_up
from enrollment.signin import discovery
from tests.identity.at_provider import AtProvider, press
from tests.identity.clouds import graph, nothing_remembered
from tests.identity.district import district, rule
from tests.identity.test_openid import FIRST, connect
from tests.live import TestAuthority
from tests.servers.cloud import Answer
from tests.servers.graph import TENANT, Graph
from tests.servers.openid import OpenId, openid
from tests.visitor import Visitor, as_page, fetch_profile, phone_without_network

__all__ = ["graph", "nothing_remembered"]
pytestmark = pytest.mark.django_db
SAID = {"name": "Ada Ångström", "preferred_username": "ada@northwind.example", "oid": "ada-0001"}
SOURCES = {"src1": {"endpoint": f"https://graph.windows.net/{TENANT}/users/ada-0001/getMemberObjects"}}
# Both ways in which a token says so; the second is that of tokens in a URL.
PEOPLE = {
    "ada": {
        "password": "x",
        "claims": SAID | {"_claim_names": {"groups": "src1"}, "_claim_sources": SOURCES},
    },
    "hasgroups": {"password": "x", "claims": SAID | {"hasgroups": True}},
    "few": {"password": "x", "claims": SAID | {"groups": ["group-9"]}},
}


@pytest.fixture(scope="module")
def entra(tmp_path_factory: pytest.TempPathFactory, tls: TestAuthority) -> Iterator[OpenId]:
    redirect = f"https://alpha.test/accounts/oidc/{FIRST}/return"
    app = {"path": f"/{TENANT}/oauth2/v2.0/token", "token": "graph-token"}
    folder = tmp_path_factory.mktemp("openid")
    with openid(folder, tls, [redirect], path=f"/{TENANT}/v2.0", people=PEOPLE, app=app) as provider:
        yield provider


@pytest.fixture
def row(
    alpha: Site, entra: OpenId, graph: Graph, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> Iterator[CloudIdentityProvider]:
    monkeypatch.setitem(cloud_look_up.GRAPH, urlsplit(entra.issuer).netloc, graph.base)
    discovery.forget()
    yield connect(alpha, entra.issuer, kind="entra", id_claim="oid", look_up=True, required_claims={})
    discovery.forget()


def come_back(visitor: Visitor, tls: TestAuthority, name: str) -> str:
    return AtProvider(tls).log_in(press(visitor, f"oidc-{FIRST}"), {"username": name, "password": "x"})


@pytest.mark.parametrize("name", ["ada", "hasgroups"])
def test_a_group_that_only_graph_names_leads_to_its_school(
    alpha: Site, row: CloudIdentityProvider, graph: Graph, tls: TestAuthority, name: str
) -> None:
    schools, visitor, phone = district(alpha), Visitor(), phone_without_network()
    given = rule(alpha, "", schools.north, group_id="group-2")
    assert visitor.get(come_back(visitor, tls, name)).headers["Location"] == f"{visitor.own}/"
    assert visitor.enrollment.access_groups == [given.pk]

    visitor.go_on()
    fetch_profile(visitor, phone)
    phone.install()
    phone.obtain_certificate()
    phone.authenticate()
    phone.token_update()
    device = Device.objects.get()
    assert (device.site, device.assigned_user_name) == (schools.north, "ada@northwind.example")
    assert (device.assigned_department, device.assigned_position) == ("Physics", "Teacher")


def test_a_group_that_only_graph_names_keeps_out(
    alpha: Site, row: CloudIdentityProvider, tls: TestAuthority
) -> None:
    rule(alpha)
    rule(alpha, "", group_id="group-1", deny=True, institutional=False)
    visitor = Visitor()
    page = as_page(visitor.get(come_back(visitor, tls, "ada")))

    assert (page.status, page.h1) == (403, "You may not enroll devices with Alpha School")
    assert visitor.enrollment.signed_in_with == "" and not Identity.objects.exists()


def test_while_graph_is_down_nobody_slips_through_and_nothing_is_lost(
    alpha: Site, row: CloudIdentityProvider, graph: Graph, tls: TestAuthority
) -> None:
    """A rule that denies could be among the groups that nobody named."""
    rule(alpha)
    graph.fails["transitiveMemberOf"] = Answer(500, b"")
    visitor = Visitor()
    page = as_page(visitor.get(come_back(visitor, tls, "ada")))
    assert (page.status, page.h1) == (503, "The log-in service cannot be reached")
    assert page.reference.replace("-", "") == visitor.enrollment.reference
    before = visitor.enrollment.pk

    graph.fails.clear()
    path = visitor.see(f"{visitor.own}/").path
    assert path.endswith("/log-in/") and visitor.enrollment.pk == before
    home = AtProvider(tls).log_in(press(visitor, f"oidc-{FIRST}", path), {"username": "ada", "password": "x"})
    assert visitor.get(home).headers["Location"] == f"{visitor.own}/"


def test_groups_that_fit_into_the_token_are_not_asked_for(
    row: CloudIdentityProvider, graph: Graph, tls: TestAuthority
) -> None:
    visitor = Visitor()
    visitor.get(come_back(visitor, tls, "few"))

    assert visitor.enrollment.signed_in_name == "Ada Ångström"
    assert graph.count("transitiveMemberOf") == 0
