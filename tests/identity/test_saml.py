"""People log in at a SAML identity provider, a real one; the device becomes theirs."""

from collections.abc import Iterator

import pytest
from django.contrib.sessions.models import Session
from django.contrib.sites.models import Site

from enrollment.models import AssignmentSource, Device, Enrollment, Identity, SamlIdentityProvider
from sites_config.models import User
from tests.identity.at_saml_provider import AtSamlProvider, connect, log_in
from tests.live import TestAuthority
from tests.servers.saml import IdentityProvider, saml
from tests.visitor import Visitor, fetch_profile, phone_without_network

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, tls: TestAuthority) -> Iterator[IdentityProvider]:
    with saml(tmp_path_factory.mktemp("saml"), tls) as provider:
        yield provider


@pytest.fixture(autouse=True)
def as_it_was(running: IdentityProvider) -> Iterator[None]:
    yield
    running.wants()


@pytest.fixture
def row(alpha: Site, running: IdentityProvider) -> SamlIdentityProvider:
    return connect(alpha, running)


@pytest.fixture
def at_provider(tls: TestAuthority) -> AtSamlProvider:
    return AtSamlProvider(tls)


def test_from_the_portal_to_a_managed_device_that_is_theirs(
    row: SamlIdentityProvider, at_provider: AtSamlProvider
) -> None:
    visitor, phone = Visitor(), phone_without_network()

    assert log_in(visitor, at_provider, row) == f"{visitor.own}/"
    visitor.go_on()
    fetch_profile(visitor, phone)
    phone.install()
    phone.obtain_certificate()
    phone.authenticate()
    phone.token_update()

    page = visitor.see(f"{visitor.own}/")
    assert page.h1 == "Enrollment complete" and "Ada Ångström" in page.text
    signed_in, device = Enrollment.objects.get(), Device.objects.get()
    assert (signed_in.signed_in_with, signed_in.signed_in_source) == ("saml", f"saml:{row.pk}")
    assert signed_in.signed_in_id == "p-ada-1" and signed_in.signed_in_user is None
    assert device.assignment_source == AssignmentSource.SIGNED_IN
    assert (device.assigned_user_name, device.assigned_full_name) == ("ada", "Ada Ångström")
    assert (device.assigned_department, device.assigned_room) == ("Physics", "7")
    assert device.assigned_email == "ada@northwind.example"
    known = Identity.objects.get()
    assert (known.source, known.external_id) == (f"saml:{row.pk}", "p-ada-1")


def test_r02_nothing_stays_open_in_the_browser(
    row: SamlIdentityProvider, at_provider: AtSamlProvider
) -> None:
    visitor = Visitor()
    log_in(visitor, at_provider, row)

    assert not Session.objects.exists() and not User.objects.exists()
    assert visitor.get("/admin/").status_code == 302
