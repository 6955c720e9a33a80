"""Look-ups in admin: what they need, and a test of the connection that says the real reason."""

from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.test import Client

from enrollment.models import CloudIdentityProvider
from enrollment.signin import discovery
from sites_config.secrets import decrypt, encrypt
from tests.admin.conftest import anna, as_anna
from tests.admin.filled import send
from tests.identity.clouds import connect_entra, entra_row, google, google_row, graph, nothing_remembered
from tests.servers.cloud import Answer
from tests.servers.google import Google, service_account
from tests.servers.graph import SECRET, Graph

__all__ = ["anna", "as_anna", "entra_row", "google", "google_row", "graph", "nothing_remembered"]
pytestmark = pytest.mark.django_db
DENIED = Answer(
    403, {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges."}}
)


@pytest.fixture(autouse=True)
def answers_as_issuer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The log-in's half has its own stories."""
    monkeypatch.setattr(discovery, "configuration", lambda issuer: {"issuer": issuer})


def url(row: CloudIdentityProvider, what: str = "change/") -> str:
    return f"/admin/enrollment/cloudidentityprovider/{row.pk}/{what}"


def result_of_test(client: Client, row: CloudIdentityProvider) -> str:
    return str(client.post(url(row, "press/test/"), follow=True).content.decode())


def errors(answer: Any) -> str:
    return str(dict(answer.context["adminform"].form.errors))


def test_a_look_up_that_works_says_so(
    as_anna: Client, entra_row: CloudIdentityProvider, google_row: CloudIdentityProvider
) -> None:
    for row in (entra_row, google_row):
        assert "People can be found" in result_of_test(as_anna, row)


def test_a_wrong_secret_is_entras_own_reason(as_anna: Client, alpha: Site, graph: Graph) -> None:
    page = result_of_test(as_anna, connect_entra(alpha, graph, client_secret_encrypted=encrypt(b"wrong")))

    assert "AADSTS7000215: Invalid client secret" in page and "People can be found" not in page


def test_a_missing_permission_is_the_directorys_own_reason(
    as_anna: Client,
    entra_row: CloudIdentityProvider,
    google_row: CloudIdentityProvider,
    graph: Graph,
    google: Google,
) -> None:
    graph.fails["users"] = google.fails["groups"] = DENIED

    for row in (entra_row, google_row):
        page = result_of_test(as_anna, row)
        assert "Authorization_RequestDenied Insufficient privileges." in page and SECRET not in page


def test_a_test_does_not_wait_until_throttling_is_over(
    as_anna: Client, entra_row: CloudIdentityProvider, graph: Graph
) -> None:
    graph.fails["users"] = Answer(429, {}, {"Retry-After": "300"})
    assert "status 429" in result_of_test(as_anna, entra_row)
    graph.fails.clear()

    assert "People can be found" in result_of_test(as_anna, entra_row)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("issuer", "https://login.example/tenant/v2.0", "To find people it must be"),
        ("issuer", "https://login.microsoftonline.com/tenant", "To find people it must be"),
        ("id_claim", "sub", "it must be oid"),
        ("kind", "oidc", "Only Microsoft Entra ID and Google"),
    ],
)
def test_what_entra_could_not_be_asked_with_is_refused(
    as_anna: Client, entra_row: CloudIdentityProvider, field: str, value: str, words: str
) -> None:
    answer = send(as_anna, url(entra_row), **{field: value})

    assert answer.status_code == 200 and words in errors(answer)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("delegated_admin", "", "reads in their name"),
        ("id_claim", "email", "it must be sub"),
        ("issuer", "https://accounts.example", "Google's is https://accounts.google.com"),
        ("service_account", "no json", "It is not JSON"),
        ("service_account", "[]", "client_email and private_key"),
        ("service_account", '{"client_email": "a@b.example"}', "client_email and private_key"),
        ("service_account", '{"client_email": "a@b.example", "private_key": "SECRET"}', "no RSA key"),
    ],
)
def test_what_google_could_not_be_asked_with_is_refused(
    as_anna: Client, google_row: CloudIdentityProvider, field: str, value: str, words: str
) -> None:
    answer = send(as_anna, url(google_row), **{field: value})

    assert answer.status_code == 200 and words in errors(answer)
    assert "SECRET" not in answer.content.decode()


def test_a_service_account_is_needed_and_never_shown(
    as_anna: Client, google_row: CloudIdentityProvider
) -> None:
    CloudIdentityProvider.objects.update(service_account_encrypted=b"")
    assert "Needed to find people: its JSON key." in errors(send(as_anna, url(google_row)))

    assert send(as_anna, url(google_row), service_account=service_account()).status_code == 302
    assert send(as_anna, url(google_row), service_account=" \n").status_code == 302
    google_row.refresh_from_db()
    assert decrypt(bytes(google_row.service_account_encrypted)).decode().strip() == service_account()
    assert "PRIVATE KEY" not in as_anna.get(url(google_row)).content.decode()
