"""Where an OpenID provider is offered, and what people read of one that can't be used."""

import pytest
from django.contrib.sites.models import Site

from enrollment.models import CloudIdentityProvider, Enrollment, Identity
from sites_config.models import User
from sites_config.secrets import encrypt
from tests import people
from tests.identity.at_provider import AtProvider, press
from tests.identity.test_openid import FIRST, answers, at_provider, connect, log_in, row, running, trusted
from tests.servers.openid import OpenId
from tests.visitor import Visitor, as_page

__all__ = ["at_provider", "row", "running", "trusted"]
pytestmark = pytest.mark.django_db


# --- sites -----------------------------------------------------------------------------------------------------------


def test_a_child_offers_its_parents_provider(
    alpha: Site, row: CloudIdentityProvider, at_provider: AtProvider
) -> None:
    people.new_site("Alpha Junior", "beta.test", parent=alpha, ready=False)
    visitor = Visitor("beta.test")

    assert log_in(visitor, at_provider) == f"{visitor.own}/"


def test_another_sites_provider_is_not_there(row: CloudIdentityProvider, beta: Site) -> None:
    visitor = Visitor("beta.test")

    assert "Northwind Account" not in visitor.get("/enroll/").content.decode()
    assert visitor.post("/enroll/", {"provider": f"oidc-{row.pk}"}).status_code == 404
    assert visitor.get(f"/accounts/oidc/{row.pk}/return?state=x&code=y").status_code == 404
    assert not Enrollment.objects.exists()


@pytest.mark.parametrize("key", ["oidc-999", "oidc-", "oidc-x", "saml", "", "x-1", "oidc-" + "9" * 5000])
def test_a_button_that_nobody_showed_leads_nowhere(row: CloudIdentityProvider, key: str) -> None:
    visitor = Visitor()
    visitor.get("/enroll/")

    assert visitor.post("/enroll/", {"provider": key}).status_code == 404
    assert not Enrollment.objects.exists()


def test_a_provider_that_was_switched_off_is_gone(row: CloudIdentityProvider) -> None:
    row.enabled = False
    row.save()
    visitor = Visitor()

    assert "Northwind Account" not in visitor.get("/enroll/").content.decode()
    assert visitor.post("/enroll/", {"provider": f"oidc-{row.pk}"}).status_code == 404


def test_a_provider_that_is_switched_off_meanwhile_logs_in_nobody(
    row: CloudIdentityProvider, at_provider: AtProvider
) -> None:
    visitor = Visitor()
    home = at_provider.log_in(press(visitor, f"oidc-{row.pk}"), answers())
    CloudIdentityProvider.objects.update(enabled=False)

    assert visitor.get(home).status_code == 404
    assert visitor.enrollment.signed_in_with == ""


# --- the log-in page -------------------------------------------------------------------------------------------------


def test_one_provider_alone_is_gone_to_by_itself_and_staff_find_the_form(
    alpha: Site, row: CloudIdentityProvider, alice: User
) -> None:
    people.configure(alpha, password_log_in=False)
    visitor = Visitor()
    page = visitor.get("/enroll/").content.decode()
    assert "submit()" in page and 'name="password"' not in page and "?staff" in page

    form = visitor.get("/enroll/?staff").content.decode()
    assert "submit()" not in form and 'name="password"' in form
    assert visitor.log_in(path="/enroll/?staff").status_code == 303


def test_with_two_providers_people_choose(alpha: Site, row: CloudIdentityProvider) -> None:
    connect(alpha, row.issuer, FIRST + 1, name="Another Account")
    people.configure(alpha, password_log_in=False)

    page = Visitor().get("/enroll/").content.decode()
    assert "submit()" not in page
    assert page.index("<bdi>Northwind Account</bdi>") < page.index("<bdi>Another Account</bdi>")


# --- providers that can't be used ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "issuer", ["https://127.0.0.1:9", "https://10.1.2.3", "https://nowhere.invalid", "https://127.0.0.1:1/x"]
)
def test_a_provider_that_cannot_be_reached_is_said_so(alpha: Site, issuer: str) -> None:
    connect(alpha, issuer)
    visitor = Visitor()
    visitor.get("/enroll/")
    page = as_page(visitor.post("/enroll/", {"provider": f"oidc-{FIRST}"}))

    assert (page.status, page.h1) == (503, "The log-in service cannot be reached")


def test_a_provider_that_calls_itself_otherwise_is_not_believed(alpha: Site, running: OpenId) -> None:
    connect(alpha, running.issuer.replace("127.0.0.1", "localhost"))
    visitor = Visitor()
    visitor.get("/enroll/")

    assert visitor.post("/enroll/", {"provider": f"oidc-{FIRST}"}).status_code == 503


def test_a_wrong_secret_is_a_page_and_no_error(alpha: Site, running: OpenId, at_provider: AtProvider) -> None:
    connect(alpha, running.issuer, client_secret_encrypted=encrypt(b"wrong"))
    visitor = Visitor()
    home = at_provider.log_in(press(visitor, f"oidc-{FIRST}"), answers())

    assert as_page(visitor.get(home)).h1 == "You could not be logged in"


def test_an_id_claim_that_is_missing_is_a_page_and_no_error(
    row: CloudIdentityProvider, at_provider: AtProvider
) -> None:
    CloudIdentityProvider.objects.update(id_claim="oid")
    visitor = Visitor()
    home = at_provider.log_in(press(visitor, f"oidc-{row.pk}"), answers())

    assert as_page(visitor.get(home)).h1 == "You could not be logged in"
    assert not Identity.objects.exists()
