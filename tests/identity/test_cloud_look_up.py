"""“Who will use this iPad?” asked of doubles of Microsoft Graph and of Google's directory."""

import pytest
from django.contrib.sites.models import Site

from enrollment.directories.cloud import known
from enrollment.directories.entry import DirectoryUnavailable, Entry, Group
from enrollment.directories.find import find
from enrollment.models import CloudIdentityProvider
from sites_config.models import User
from sites_config.secrets import encrypt
from tests import people
from tests.identity.clouds import (
    connect_entra,
    connect_google,
    entra_row,
    google,
    google_row,
    graph,
    nothing_remembered,
)
from tests.servers.cloud import Answer
from tests.servers.google import Google
from tests.servers.graph import ADA, Graph
from tests.visitor import Visitor

__all__ = ["entra_row", "google", "google_row", "graph", "nothing_remembered"]
pytestmark = pytest.mark.django_db
NAME = "ada@northwind.example"
BROKEN = {
    "throttled": (
        Answer(429, {"error": {"code": "TooManyRequests"}}, {"Retry-After": "60"}),
        "TooManyRequests",
    ),
    "error": (Answer(500, b"oops"), "status 500: no JSON"),
    "forbidden": (
        Answer(403, {"error": {"code": "Authorization_RequestDenied"}}),
        "Authorization_RequestDenied",
    ),
    "garbage": (Answer(200, b"<html>"), "no JSON object"),
    "a list": (Answer(200, []), "no JSON object"),
    "too long": (Answer(200, b" " * 2 * 1024 * 1024), "longer than 1048576 bytes"),
    "redirect": (Answer(302, {}, {"Location": "https://elsewhere.example/"}), "redirect"),
}


@pytest.fixture(params=["entra", "google"])
def row(request: pytest.FixtureRequest) -> CloudIdentityProvider:
    found: CloudIdentityProvider = request.getfixturevalue(f"{request.param}_row")
    return found


@pytest.fixture
def double(request: pytest.FixtureRequest, row: CloudIdentityProvider) -> Graph | Google:
    found: Graph | Google = request.getfixturevalue("graph" if row.kind == "entra" else "google")
    return found


def test_entra_tells_all_it_knows(entra_row: CloudIdentityProvider, alpha: Site) -> None:
    assert find(NAME.upper(), [alpha.pk]) == Entry(
        source=f"oidc:{entra_row.issuer}", external_id="ada-0001", user_name=NAME, full_name="Ada Ångström",
        email=NAME, department="Physics", building="Main building", room="Room 7", phone="+1 555 0107",
        position="Teacher",
    )  # fmt: skip


@pytest.mark.parametrize("name", [NAME, "Ada.Angstrom@northwind.example"])
def test_google_tells_all_it_knows(google_row: CloudIdentityProvider, alpha: Site, name: str) -> None:
    assert find(name, [alpha.pk]) == Entry(
        source="oidc:https://accounts.google.com", external_id="sub-ada", user_name=NAME,
        full_name="Ada Ångström", email=NAME, department="Physics and Stars", building="Main building",
        room="Desk 7", phone="+1 555 0107", position="Teacher",
    )  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "ad@northwind.example", "*", "ada*@northwind.example", "sub-ada", "ada-0001", "..", "../groups", "nobody@x/..",
        "x' or accountEnabled eq true or mail eq 'x", "%27 or 1 eq 1", "ada%40northwind.example", "a@b?$top=999#",
        "gone@northwind.example", "archived@northwind.example", "twins@northwind.example",
    ],
)  # fmt: skip
def test_nobody_else_is_found(row: CloudIdentityProvider, alpha: Site, name: str) -> None:
    assert find(name, [alpha.pk]) is None


@pytest.mark.parametrize("name", ["", " ", "ada\0@northwind.example", f"{'x' * 150}@northwind.example"])
def test_what_is_no_name_is_not_even_asked(
    row: CloudIdentityProvider, double: Graph | Google, alpha: Site, name: str
) -> None:
    assert find(name, [alpha.pk]) is None and double.asked == []


def test_a_quote_in_a_name_is_a_quote(entra_row: CloudIdentityProvider, alpha: Site) -> None:
    found = find("o'brien@northwind.example", [alpha.pk])

    assert found is not None and found.external_id == "obrien-1"


def test_more_than_two_are_nobody_even_if_the_second_is_closed(
    entra_row: CloudIdentityProvider, graph: Graph, alpha: Site
) -> None:
    graph.people[1:1] = [ADA | {"id": "ada-2", "accountEnabled": False}, ADA | {"id": "ada-3"}]

    assert find(NAME, [alpha.pk]) is None


def test_one_directory_of_a_parent_and_a_child_finds_one_person(
    entra_row: CloudIdentityProvider, graph: Graph, alpha: Site, beta: Site
) -> None:
    connect_entra(beta, graph)

    assert find(NAME, [alpha.pk, beta.pk]) is not None


def test_a_token_is_asked_for_once(row: CloudIdentityProvider, double: Graph | Google, alpha: Site) -> None:
    find(NAME, [alpha.pk])
    find(NAME, [alpha.pk])
    assert double.count("token") == 1 and double.count("users") == 2

    CloudIdentityProvider.objects.update(
        client_secret_encrypted=encrypt(b"wrong"), service_account_encrypted=encrypt(b"{}")
    )
    with pytest.raises(DirectoryUnavailable):
        find(NAME, [alpha.pk])


def test_a_token_that_is_not_taken_is_thrown_away(
    row: CloudIdentityProvider, double: Graph | Google, alpha: Site
) -> None:
    find(NAME, [alpha.pk])
    double.fails["users"] = Answer(401, {"error": {"code": "expired"}})
    with pytest.raises(DirectoryUnavailable, match="expired"):
        find(NAME, [alpha.pk])
    double.fails.clear()

    assert find(NAME, [alpha.pk]) is not None and double.count("token") == 2


@pytest.mark.parametrize("segment", ["token", "users"])
@pytest.mark.parametrize("how", BROKEN)
def test_what_is_no_answer_is_neither_found_nor_not_found(
    row: CloudIdentityProvider, double: Graph | Google, alpha: Site, how: str, segment: str
) -> None:
    double.fails[segment], reason = BROKEN[how]

    with pytest.raises(DirectoryUnavailable, match=reason):
        find(NAME, [alpha.pk])


@pytest.mark.parametrize(
    ("headers", "again"), [({"Retry-After": "60"}, 1), ({}, 1), ({"Retry-After": "0"}, 2)]
)
def test_who_is_throttled_does_not_ask_again_at_once(
    row: CloudIdentityProvider, double: Graph | Google, alpha: Site, headers: dict[str, str], again: int
) -> None:
    double.fails["users"] = Answer(429, {}, headers)
    for _time in range(2):
        with pytest.raises(DirectoryUnavailable):
            find(NAME, [alpha.pk])

    assert double.count("users") == again


def test_groups_come_by_pages(entra_row: CloudIdentityProvider, google_row: CloudIdentityProvider) -> None:
    assert known.groups_of(entra_row, "ada-0001") == (
        Group("group-1", "Group 1"),
        Group("group-2", "Group 2"),
    )
    assert known.groups_of(google_row, "sub-ada") == (
        Group("g1", "group1@northwind.example"),
        Group("g2", "group2@northwind.example"),
    )


def test_pages_without_end_are_given_up(row: CloudIdentityProvider, double: Graph | Google) -> None:
    double.pages = 0

    with pytest.raises(DirectoryUnavailable, match="more groups than 5 pages"):
        known.groups_of(row, "ada-0001" if row.kind == "entra" else "sub-ada")


def test_the_token_does_not_follow_a_page_elsewhere(entra_row: CloudIdentityProvider, graph: Graph) -> None:
    graph.elsewhere = "https://elsewhere.example"

    with pytest.raises(DirectoryUnavailable, match="its next page is somewhere else"):
        known.groups_of(entra_row, "ada-0001")


def test_what_is_switched_off_is_not_asked(
    row: CloudIdentityProvider, double: Graph | Google, alpha: Site, beta: Site
) -> None:
    assert find(NAME, [beta.pk]) is None
    CloudIdentityProvider.objects.update(look_up=False)

    assert find(NAME, [alpha.pk]) is None and double.asked == []


def test_staff_assign_somebody_whom_the_directory_knows(
    row: CloudIdentityProvider, alice: User, alpha: Site
) -> None:
    people.let_assign(alice, alpha)
    visitor = Visitor()
    visitor.log_in()
    path = visitor.reach("assign")

    visitor.post(path, {"user_name": NAME, "search": "1"})
    assert "Found: Ada Ångström" in visitor.see(path).text
    visitor.post(path, {"user_name": NAME})

    enrollment = visitor.enrollment
    assert (enrollment.assigned_user_name, enrollment.assigned_building) == (NAME, "Main building")
    assert enrollment.assigned_department.startswith("Physics") and enrollment.assigned_position == "Teacher"


def test_a_wrong_administrator_is_googles_own_reason(alpha: Site, google: Google) -> None:
    connect_google(alpha, delegated_admin="nobody@northwind.example")

    with pytest.raises(DirectoryUnavailable, match="unauthorized_client Client is unauthorized"):
        find(NAME, [alpha.pk])
