"""“Who will use this iPad?” asked of a real slapd."""

import pytest
from django.contrib.sites.models import Site

from enrollment.directories.entry import DirectoryUnavailable
from enrollment.directories.find import find
from enrollment.models import DirectoryServer
from sites_config.models import User
from tests import people
from tests.identity.conftest import MakeServer
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db


def test_the_exact_name_is_found_with_what_the_directory_knows(server: DirectoryServer, alpha: Site) -> None:
    found = find("Greta", [alpha.pk])

    assert found is not None
    assert (found.source, found.user_name, found.full_name) == (server.source, "greta", "Greta Grün")
    assert (found.department, found.room, found.building) == ("Science", "21", "")


@pytest.mark.parametrize(
    "name", ["g*", "*", "gret", "greta)(uid=*", "", " ", "gre\0ta", "x" * 200, "twin", "pat%"]
)
def test_nothing_else_is(server: DirectoryServer, alpha: Site, name: str) -> None:
    assert find(name, [alpha.pk]) is None


def test_a_person_of_the_table_is_found_while_the_directory_is_down(alpha: Site, connect: MakeServer) -> None:
    connect(alpha, hosts="127.0.0.1:9")
    people.person(alpha)

    assert find("ana", [alpha.pk]) is not None
    with pytest.raises(DirectoryUnavailable):
        find("greta", [alpha.pk])


def test_staff_assign_somebody_of_the_directory(server: DirectoryServer, alice: User, alpha: Site) -> None:
    people.let_assign(alice, alpha)
    visitor = Visitor()
    visitor.log_in()
    path = visitor.reach("assign")

    visitor.post(path, {"user_name": "greta", "search": "1"})
    assert "Found: Greta Grün" in visitor.see(path).text
    visitor.post(path, {"user_name": "greta"})

    row = visitor.enrollment
    assert (row.assigned_user_name, row.assigned_email) == ("greta", "greta@northwind.example")


def test_a_directory_that_is_down_is_neither_found_nor_not_found(
    alpha: Site, alice: User, connect: MakeServer
) -> None:
    connect(alpha, hosts="127.0.0.1:9")
    people.let_assign(alice, alpha)
    visitor = Visitor()
    visitor.log_in()

    answer = visitor.post(visitor.reach("assign"), {"user_name": "greta"})

    text = answer.content.decode()
    assert answer.status_code in (200, 503) and 'value="greta"' in text
    assert "Found" not in text and "Not found" not in text


def test_a_directory_that_dies_between_search_and_enroll_takes_nothing_away(
    alpha: Site, alice: User, server: DirectoryServer
) -> None:
    people.let_assign(alice, alpha)
    visitor = Visitor()
    visitor.log_in()
    path = visitor.reach("assign")
    visitor.post(path, {"user_name": "greta", "search": "1"})
    DirectoryServer.objects.update(hosts="127.0.0.1:9")

    other = visitor.post(path, {"user_name": "zoe"}).content.decode()
    assert "The directory could not be asked" in other and 'value="zoe"' in other
    assert visitor.enrollment.assigned_user_name == ""
    assert visitor.post(path, {"user_name": "greta"}).status_code == 303, "who was found is known"
    assert visitor.enrollment.assigned_user_name == "greta"
