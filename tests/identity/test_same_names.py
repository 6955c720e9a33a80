"""One name, known to everybody: four ways to log in are four people."""

from collections.abc import Iterator

import pytest
from django.contrib.sites.models import Site
from pytest_django.fixtures import Settings

from enrollment.models import DirectoryServer, Enrollment, Identity, SamlIdentityProvider
from enrollment.signin import discovery
from sites_config.models import User
from tests import people
from tests.identity import test_openid as openid_stories
from tests.identity.at_provider import AtProvider
from tests.identity.at_saml_provider import AtSamlProvider, as_usual, log_in, row, running
from tests.live import TestAuthority
from tests.servers.openid import OpenId, openid
from tests.visitor import Visitor

__all__ = ["as_usual", "row", "running"]
pytestmark = pytest.mark.django_db
PASSWORD = "another alice"


@pytest.fixture
def at_openid(
    alpha: Site, tls: TestAuthority, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OpenId]:
    settings.OUTBOUND_CA_FILE = str(tls.root_file)
    discovery.forget()
    redirect = f"https://alpha.test/accounts/oidc/{openid_stories.FIRST}/return"
    with openid(tmp_path_factory.mktemp("openid"), tls, [redirect]) as provider:
        openid_stories.connect(alpha, provider.issuer, required_claims={})
        yield provider
    discovery.forget()


def test_alice_of_three_directories_and_alice_the_superuser_are_four_people(
    alpha: Site,
    server: DirectoryServer,
    row: SamlIdentityProvider,
    at_openid: OpenId,
    tls: TestAuthority,
) -> None:
    def by_ldap() -> Visitor:
        visitor = Visitor()
        visitor.log_in("alice", PASSWORD)
        return visitor

    def by_saml() -> Visitor:
        visitor = Visitor()
        log_in(visitor, AtSamlProvider(tls), row, "alice")
        return visitor

    def by_openid() -> Visitor:
        visitor = Visitor()
        openid_stories.log_in(visitor, AtProvider(tls), "alice")
        return visitor

    for come in (by_ldap, by_saml, by_openid):
        come()
    known = Identity.objects.order_by("source")
    assert [each.source.partition(":")[0] for each in known] == ["ldap", "oidc", "saml"]
    assert {each.user_name for each in known} == {"alice"}

    root = User.objects.create_superuser("alice", password=people.PASSWORD)
    for come in (by_saml, by_openid):
        visitor = come()
        assert visitor.enrollment.signed_in_user is None
        assert visitor.get("/admin/").status_code == 302
    assert Visitor().log_in("alice", PASSWORD).status_code == 200, "the account of staff is asked alone"
    assert not Enrollment.objects.filter(signed_in_user=root).exists()
    assert Identity.objects.count() == 3
