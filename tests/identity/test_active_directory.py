"""People of an Active Directory: a real domain controller (Samba), asked as its kind is mostly asked."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.contrib.sites.models import Site

from enrollment.admin.directory_server import DEFAULTS
from enrollment.directories.find import find
from enrollment.directories.ldap import lookup
from enrollment.models import DirectoryServer, Enrollment, Identity
from enrollment.models.directory_server import DirectoryKind
from sites_config.secrets import encrypt
from tests.identity.district import district, rule
from tests.identity.test_ldap_sign_in import REFUSED, said
from tests.live import TestAuthority
from tests.servers.samba import BASE, PASSWORD, SERVICE, SERVICE_PASSWORD, Samba, samba
from tests.visitor import Visitor, as_page

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def controller(tmp_path_factory: pytest.TempPathFactory, tls: TestAuthority) -> Iterator[Samba]:
    with samba(tmp_path_factory.mktemp("samba"), tls) as running:
        yield running


@pytest.fixture(params=["ldaps", "starttls"])
def active_directory(request: pytest.FixtureRequest, controller: Samba, alpha: Site) -> DirectoryServer:
    """With the settings that the administration offers for its kind."""
    return DirectoryServer.objects.create(
        site=alpha,
        name="Northwind AD",
        hosts=controller.host,
        tls=request.param,
        ca_pem=controller.ca_pem,
        bind_dn=SERVICE,
        bind_password_encrypted=encrypt(SERVICE_PASSWORD.encode()),
        user_base=BASE,
        **DEFAULTS[DirectoryKind.ACTIVE_DIRECTORY],
    )


def test_somebody_logs_in_and_is_known_by_their_guid(active_directory: DirectoryServer) -> None:
    visitor = Visitor()

    assert visitor.log_in("hedwig", PASSWORD).status_code == 303

    row = visitor.enrollment
    assert (row.signed_in_name, row.assigned_user_name) == ("Hedwig Müßig", "hedwig")
    assert (row.assigned_email, row.assigned_department) == ("hedwig@northwind.example", "Library")
    assert str(UUID(row.signed_in_id)) == row.signed_in_id  # objectGUID
    found = find("HEDWIG", [row.site_id])
    assert found is not None and found.external_id == row.signed_in_id
    assert Identity.objects.get().external_id == row.signed_in_id


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("hedwig", "wrong"),
        ("nobody", PASSWORD),
        ("former", PASSWORD),
        ("*", PASSWORD),
        ("gatehouse$", PASSWORD),
    ],
)
def test_others_are_refused_in_the_same_words(
    active_directory: DirectoryServer, username: str, password: str
) -> None:
    """A closed account among them: nobody is told which."""
    assert said(Visitor(), username, password) == (200, REFUSED)
    assert not Enrollment.objects.exists()


@pytest.mark.parametrize(
    ("kind", "nested", "expected"),
    [
        ("in-chain", True, {"Readers", "Library 100%", "Everybody"}),
        ("in-chain", False, {"Readers"}),
        ("group-of-names", True, {"Readers", "Library 100%", "Everybody"}),
        ("member-of", True, {"Readers", "Library 100%", "Everybody"}),
        ("member-of", False, {"Readers"}),
    ],
)
def test_groups_within_groups_are_found_through_a_loop(
    active_directory: DirectoryServer, kind: str, nested: bool, expected: set[str]
) -> None:
    server = active_directory
    server.group_base, server.group_kind, server.nested_groups = BASE, kind, nested

    (found,) = lookup.search(server, "hedwig", groups=True)

    assert {group.name for group in found.groups} == expected
    assert {str(UUID(group.id)) for group in found.groups} == {group.id for group in found.groups}


def test_a_rule_for_a_group_by_its_guid(active_directory: DirectoryServer, alpha: Site) -> None:
    """The group that holds the group of the group she is in."""
    DirectoryServer.objects.update(group_base=BASE)
    active_directory.refresh_from_db()
    (found,) = lookup.search(active_directory, "hedwig", groups=True)
    guid = next(group.id for group in found.groups if group.name == "Everybody")
    schools = district(alpha)
    given = rule(alpha, "", schools.south, group_id=f"{{{guid.upper()}}}")

    visitor = Visitor()
    assert visitor.log_in("hedwig", PASSWORD).status_code == 303
    assert visitor.go_on().site == schools.south

    given.deny, given.institutional = True, False
    given.save()
    page = as_page(Visitor().log_in("hedwig", PASSWORD))
    assert (page.status, page.h1) == (403, "You may not enroll devices with Alpha School")
