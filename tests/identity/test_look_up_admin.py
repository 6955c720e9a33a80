"""“Test look-up” on the page of an LDAP server, against a real slapd."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sites.models import Site
from django.test import Client

from enrollment.models import DirectoryServer, Identity
from sites_config.models import User
from tests.admin.conftest import anna, as_anna, as_vera, vera
from tests.identity.conftest import MakeServer
from tests.servers.slapd import SERVICE_PASSWORD, SUFFIX

__all__ = ["anna", "as_anna", "as_vera", "vera"]
pytestmark = pytest.mark.django_db


def url(server: DirectoryServer) -> str:
    return f"/admin/enrollment/directoryserver/{server.pk}/press/look_up/"


@pytest.fixture
def server(alpha: Site, connect: MakeServer) -> DirectoryServer:
    return connect(alpha, group_base=f"ou=groups,{SUFFIX}")


def asked(client: Client, server: DirectoryServer, name: str) -> str:
    answer = client.post(url(server), {"user_name": name})
    assert answer.status_code == 200
    text: str = answer.content.decode()
    assert SERVICE_PASSWORD not in text
    return text


def test_fields_and_groups_are_shown_and_it_is_recorded(
    as_anna: Client, anna: User, server: DirectoryServer
) -> None:
    assert "Look up" in as_anna.post(url(server)).content.decode()
    assert not LogEntry.objects.exists()

    text = asked(as_anna, server, "greta")

    assert "Greta Grün" in text and "greta@northwind.example" in text and "Teachers (ID " in text
    assert not Identity.objects.exists()
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (
        anna,
        str(server.pk),
    ) and "Looked up greta" in entry.change_message


@pytest.mark.parametrize(
    ("name", "words"),
    [("nobody", "nobody"), ("gret*", "nobody"), ("*", "nobody"), ("twin", "more than one"), ("", "required")],
)
def test_only_the_exact_name_finds_somebody(
    as_anna: Client, server: DirectoryServer, name: str, words: str
) -> None:
    text = asked(as_anna, server, name)

    assert words in text and "northwind.example" not in text


def test_why_it_does_not_work_is_said(as_anna: Client, alpha: Site, connect: MakeServer) -> None:
    text = asked(as_anna, connect(alpha, group_base="ou=nowhere"), "greta")

    assert "It does not work" in text and "No such object" in text


def test_who_may_only_look_may_not_look_up(as_vera: Client, server: DirectoryServer) -> None:
    assert as_vera.post(url(server), {"user_name": "greta"}).status_code == 403
    assert not LogEntry.objects.exists()
