"""People of an Active Directory: a real domain controller (Samba), asked as its kind is mostly asked."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.contrib.sites.models import Site

from enrollment.admin.directory_server import DEFAULTS
from enrollment.directories.find import find
from enrollment.models import DirectoryServer, Enrollment, Identity
from enrollment.models.directory_server import DirectoryKind
from sites_config.secrets import encrypt
from tests.identity.test_ldap_sign_in import REFUSED, said
from tests.live import TestAuthority
from tests.servers.samba import BASE, PASSWORD, SERVICE, SERVICE_PASSWORD, Samba, samba
from tests.visitor import Visitor

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
