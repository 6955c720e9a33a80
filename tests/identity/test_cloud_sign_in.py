"""What the directory adds to a log-in with OpenID: a real provider, and doubles of the directories behind it."""

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.sites.models import Site

from enrollment.directories.entry import Entry, Group
from enrollment.directories.find import find
from enrollment.models import CloudIdentityProvider, Device, Identity
from enrollment.signin.completed import completed
from enrollment.signin.failures import Reason, SignInFailed
from sites_config.secrets import encrypt
from tests.identity.at_provider import AtProvider
from tests.identity.clouds import entra_row, google, google_row, graph, nothing_remembered
from tests.identity.test_openid import at_provider, connect, log_in, running, trusted
from tests.servers.cloud import Answer
from tests.servers.google import ADMIN, Google, service_account
from tests.servers.graph import ADA, Graph
from tests.servers.openid import OpenId
from tests.visitor import Visitor

__all__ = [
    "at_provider", "entra_row", "google", "google_row", "graph", "nothing_remembered", "running", "trusted",
]  # fmt: skip
pytestmark = pytest.mark.django_db
OVERAGE: dict[str, Any] = {
    "_claim_names": {"groups": "src1"},
    "_claim_sources": {"src1": {"endpoint": "https://x"}},
}
DOWN = Answer(500, b"")


@pytest.fixture
def row(alpha: Site, running: OpenId, google: Google) -> CloudIdentityProvider:
    """Google's, but the log-in is at the provider of the tests."""
    return connect(
        alpha, running.issuer, kind="google", look_up=True, delegated_admin=ADMIN, fresh_login=False,
        service_account_encrypted=encrypt(service_account().encode()), room_claim="",
    )  # fmt: skip


def told(row: CloudIdentityProvider, external_id: str, full_name: str = "") -> Entry:
    """What a token says of somebody."""
    return Entry(
        source=row.source, external_id=external_id, user_name="ada@northwind.example", full_name=full_name
    )


def test_the_directory_fills_what_the_token_leaves_blank(
    row: CloudIdentityProvider, at_provider: AtProvider, alpha: Site
) -> None:
    visitor = Visitor()
    assert log_in(visitor, at_provider) == f"{visitor.own}/"

    enrollment = visitor.enrollment
    assert (enrollment.assigned_department, enrollment.assigned_room) == ("Physics", "Desk 7")
    assert (enrollment.assigned_building, enrollment.assigned_position) == ("Main building", "Teacher")
    found, known = find("ada@northwind.example", [alpha.pk]), Identity.objects.get()
    assert found is not None and (found.source, found.external_id) == (known.source, known.external_id)


def test_people_log_in_while_the_directory_is_down(
    row: CloudIdentityProvider, at_provider: AtProvider, google: Google
) -> None:
    google.fails["token"] = DOWN
    visitor = Visitor()

    assert log_in(visitor, at_provider) == f"{visitor.own}/"
    assert visitor.enrollment.assigned_building == "" and not Device.objects.exists()


def test_nothing_is_asked_where_people_are_not_looked_up(
    row: CloudIdentityProvider, at_provider: AtProvider, google: Google
) -> None:
    CloudIdentityProvider.objects.update(look_up=False)
    log_in(Visitor(), at_provider)

    assert google.asked == []


def test_googles_groups_come_from_its_directory(google_row: CloudIdentityProvider, google: Google) -> None:
    who = told(google_row, "sub-ada")
    groups = completed(google_row, who, {}).groups
    assert [each.name for each in groups] == ["group1@northwind.example", "group2@northwind.example"]

    google.fails["groups"] = DOWN
    assert completed(google_row, who, {}).groups == ()


@pytest.mark.parametrize("claims", [OVERAGE, {"hasgroups": True}, {"hasgroups": "true"}])
def test_groups_that_are_too_many_for_a_token_come_from_graph(
    entra_row: CloudIdentityProvider, claims: dict[str, Any]
) -> None:
    groups = completed(entra_row, told(entra_row, "ada-0001"), claims).groups

    assert [each.id for each in groups] == ["group-1", "group-2"]


def test_without_them_nobody_logs_in(entra_row: CloudIdentityProvider, graph: Graph) -> None:
    graph.fails["transitiveMemberOf"] = DOWN

    with pytest.raises(SignInFailed) as failed:
        completed(entra_row, told(entra_row, "ada-0001"), OVERAGE)
    assert failed.value.reason == Reason.UNREACHABLE


def test_groups_of_the_token_stay(entra_row: CloudIdentityProvider, graph: Graph) -> None:
    who = replace(told(entra_row, "ada-0001", full_name="Ada"), groups=(Group("g", "g"),))
    after = completed(entra_row, who, {"groups": ["g"], "_claim_names": {"photo": "src1"}})

    assert (after.groups, after.full_name, after.position) == (who.groups, "Ada", "Teacher")
    assert graph.count("transitiveMemberOf") == 0


@pytest.mark.parametrize("columns", [{"accountEnabled": False}, {"id": "somebody-else"}])
def test_somebody_whom_the_directory_does_not_give_stays_as_the_token_says(
    entra_row: CloudIdentityProvider, graph: Graph, columns: dict[str, object]
) -> None:
    graph.people = [ADA | columns]
    who = told(entra_row, "ada-0001")

    assert completed(entra_row, who, {}) == who


@pytest.mark.parametrize("external_id", ["../../me", "..", "a/b", "ada%2f", "x" * 101, "ada?x=1"])
def test_an_id_that_is_a_path_is_not_asked_for(
    entra_row: CloudIdentityProvider, graph: Graph, external_id: str
) -> None:
    completed(entra_row, told(entra_row, external_id), {})

    assert graph.asked == []
