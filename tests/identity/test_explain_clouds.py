"""What is said of people whom Microsoft Graph or Google knows (doubles), before they ever log in."""

import pytest
from django.contrib.sites.models import Site

from enrollment.models import CloudIdentityProvider
from sites_config.secrets import encrypt
from tests.identity.clouds import connect_entra, entra_row, google, google_row, graph, nothing_remembered
from tests.identity.district import rule
from tests.identity.test_explain import told
from tests.servers.cloud import Answer
from tests.servers.graph import Graph

__all__ = ["entra_row", "google", "google_row", "graph", "nothing_remembered"]
pytestmark = pytest.mark.django_db
ADA = "ada@northwind.example"


def test_groups_of_entra_fit_by_id_because_a_token_names_nothing_else(
    alpha: Site, entra_row: CloudIdentityProvider
) -> None:
    rule(alpha, "Group 1")
    rule(alpha, "by its ID", group_id="group-2", group_name="Group 2")
    text = told(ADA)

    assert f"yes Ada Ångström ({ADA}) is in a directory." in text
    assert "A log-in names these groups by ID alone: group-1, group-2." in text
    assert "Access group “Group 1” of Alpha School does not fit" in text
    assert "yes Access group “Group 2” of Alpha School fits" in text


def test_groups_of_google_fit_by_the_name_that_a_log_in_asks_for(
    alpha: Site, google_row: CloudIdentityProvider
) -> None:
    rule(alpha, "group1@northwind.example")
    text = told(ADA)

    assert "Groups: group1@northwind.example, group2@northwind.example." in text
    assert "yes Access group “group1@northwind.example” of Alpha School fits" in text
    assert "by ID alone" not in text


def test_groups_that_cannot_be_asked_for_are_said_to_be_unknown(
    alpha: Site, entra_row: CloudIdentityProvider, graph: Graph
) -> None:
    graph.fails["transitiveMemberOf"] = Answer(500, b"")
    assert "A directory could not be asked" in told(ADA)


def test_another_sites_provider_of_the_same_issuer_is_not_asked_with_its_secrets(
    alpha: Site, beta: Site, graph: Graph
) -> None:
    connect_entra(beta, graph, client_secret_encrypted=encrypt(b"another site's"))
    connect_entra(alpha, graph)

    assert "Groups: Group 1, Group 2." in told(ADA)
