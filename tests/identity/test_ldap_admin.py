"""LDAP servers in admin: a test that says the real reason, secrets that never come back or go elsewhere."""

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from enrollment.directories.entry import DirectoryUnavailable
from enrollment.directories.find import find
from enrollment.models import DirectoryServer
from sites_config.secrets import decrypt
from tests.admin.conftest import anna, as_anna
from tests.admin.filled import send
from tests.identity.conftest import MakeServer
from tests.servers.slapd import SERVICE_PASSWORD, Slapd

__all__ = ["anna", "as_anna"]
pytestmark = pytest.mark.django_db


def url(server: DirectoryServer, what: str = "change") -> str:
    base = f"/admin/enrollment/directoryserver/{server.pk}/"
    return f"{base}{what}/" if what == "change" else f"{base}press/{what}/"


def result_of_test(client: Client, server: DirectoryServer) -> str:
    return str(client.post(url(server, "test"), follow=True).content.decode())


def test_a_server_that_works_says_so(as_anna: Client, server: DirectoryServer) -> None:
    assert "It works: connected, bound, and the search base is there." in result_of_test(as_anna, server)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"hosts": "127.0.0.1:9"}, "Connection refused"),
        ({"ca_pem": ""}, "certificate verify failed"),
        ({"bind_dn": "cn=nobody,dc=northwind,dc=example"}, "Invalid credentials"),
        ({"user_base": "dc=elsewhere"}, "No such object"),
        ({"hosts": ""}, "no host is named"),
    ],
)
def test_one_that_does_not_says_why(
    as_anna: Client, alpha: Site, connect: MakeServer, columns: dict[str, object], reason: str
) -> None:
    page = result_of_test(as_anna, connect(alpha, **columns))

    assert "It does not work" in page and reason in page
    assert SERVICE_PASSWORD not in page


def test_a_silent_one_is_given_up(as_anna: Client, alpha: Site, connect: MakeServer, silent: str) -> None:
    assert "no answer within 1 seconds" in result_of_test(as_anna, connect(alpha, hosts=silent))


def test_the_operators_own_network_is_not_reached_by_it(
    as_anna: Client, alpha: Site, connect: MakeServer, settings: Settings, directory: Slapd
) -> None:
    settings.PRIVATE_NETWORKS = ()

    page = result_of_test(as_anna, connect(alpha))

    assert "127.0.0.1 is 127.0.0.1, in a private network" in page and "GATEHOUSE_PRIVATE_NETWORKS" in page


def test_an_odd_port_of_a_public_address_is_not_either(
    as_anna: Client, alpha: Site, connect: MakeServer
) -> None:
    page = result_of_test(as_anna, connect(alpha, hosts="8.8.8.8:22"))

    assert "port 22 is not a usual one: 389, 636, 3268, 3269" in page


def test_an_attribute_that_is_no_id_is_named(alpha: Site, connect: MakeServer) -> None:
    connect(alpha, id_attribute="carLicense")

    with pytest.raises(DirectoryUnavailable, match="an entry has no carLicense that could be its id"):
        find("greta", [alpha.pk])


@pytest.mark.parametrize("hosts", ["ldaps://ldap.example", "ldap example:x", "ldap.example:636:1", " "])
def test_a_host_that_is_none_is_refused(as_anna: Client, server: DirectoryServer, hosts: str) -> None:
    answer = send(as_anna, url(server), hosts=hosts)

    assert answer.status_code == 200 and not answer.context["adminform"].form.is_valid()


def test_secrets_are_written_and_never_read(as_anna: Client, server: DirectoryServer) -> None:
    assert SERVICE_PASSWORD not in as_anna.get(url(server)).content.decode()

    assert send(as_anna, url(server), name="Renamed").status_code == 302
    server.refresh_from_db()
    assert decrypt(bytes(server.bind_password_encrypted)).decode() == SERVICE_PASSWORD

    send(as_anna, url(server), bind_password=" a new one ", client_key=" \n")
    server.refresh_from_db()
    assert decrypt(bytes(server.bind_password_encrypted)) == b" a new one "
    assert bytes(server.client_key_encrypted) == b""


def test_a_key_does_not_come_back_with_an_error(as_anna: Client, server: DirectoryServer) -> None:
    answer = send(as_anna, url(server), client_key="a pasted key", user_filter="(uid=ada)")

    page = answer.content.decode()
    assert answer.status_code == 200 and "It must contain %(user)s" in page
    assert "a pasted key" not in page


@pytest.mark.parametrize(("field", "value"), [("hosts", "127.0.0.1:1"), ("tls", "starttls"), ("ca_pem", "")])
def test_secrets_do_not_follow_a_server_elsewhere(
    as_anna: Client, server: DirectoryServer, field: str, value: str
) -> None:
    """Whoever could change the address alone would be sent the password by the next test of the connection."""
    assert send(as_anna, url(server), **{field: value}).status_code == 302

    server.refresh_from_db()
    assert bytes(server.bind_password_encrypted) == b""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("(uid=ada)", "It must contain %(user)s, and no other %."),
        ("(|(uid=%(user)s)(mail=%s))", "It must contain %(user)s, and no other %."),
        ("(uid=%(user)s", "parentheses"),
    ],
)
def test_a_filter_that_finds_anybody_is_refused(
    as_anna: Client, server: DirectoryServer, value: str, words: str
) -> None:
    answer = send(as_anna, url(server), user_filter=value)

    assert answer.status_code == 200 and words in answer.content.decode()


def test_active_directorys_usual_settings_are_offered(as_anna: Client, alpha: Site) -> None:
    add = reverse("admin:enrollment_directoryserver_add")

    page = as_anna.get(f"{add}?kind=active-directory").content.decode()

    assert "sAMAccountName=%(user)s" in page and 'value="objectGUID"' in page
