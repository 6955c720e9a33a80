"""What must not log in anybody: answers of a real provider that are meant for somebody else."""

import pytest
from django.contrib.sites.models import Site

from enrollment.models import Identity, SamlIdentityProvider
from sites_config.models import User
from tests import people
from tests.identity.at_saml_provider import (
    Answer,
    AtSamlProvider,
    as_usual,
    at_provider,
    connect,
    log_in,
    row,
    running,
    send,
)
from tests.identity.saml_answers import (
    NOT_LOGGED_IN,
    OVER,
    answered,
    nobody_is_in,
    what_follows,
)
from tests.servers.saml import IdentityProvider
from tests.visitor import Visitor, as_page

__all__ = ["as_usual", "at_provider", "row", "running"]
pytestmark = pytest.mark.django_db


def test_an_assertion_for_another_site_is_not_taken(
    alpha: Site, beta: Site, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    """One provider serves both; each site has a row and a name of its own there."""
    ours, theirs = connect(alpha, running), connect(beta, running)
    visitor, other = Visitor(), Visitor("beta.test")
    answer, foreign = answered(visitor, at_provider, ours), answered(other, at_provider, theirs)
    mixed = Answer(answer.path, foreign.fields | {"RelayState": answer.fields["RelayState"]})

    assert what_follows(visitor, mixed).h1 == NOT_LOGGED_IN
    assert send(visitor, Answer(foreign.path, foreign.fields)).status_code == 404
    assert nobody_is_in(visitor, other)


def test_an_assertion_for_another_row_of_the_same_site_is_not_taken(
    alpha: Site, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    first, second = connect(alpha, running), connect(alpha, running, name="The other one")
    visitor = Visitor()
    answer = answered(visitor, at_provider, first)

    page = as_page(send(visitor, Answer(f"{second.path}acs", answer.fields)))
    assert (page.status, page.h1) == (403, OVER) and nobody_is_in(visitor)


def test_an_audience_other_than_us_is_not_taken(
    row: SamlIdentityProvider, at_provider: AtSamlProvider
) -> None:
    """The provider knows us by a name that we gave up."""
    visitor = Visitor()
    answer = answered(visitor, at_provider, row)
    SamlIdentityProvider.objects.update(own_entity_id="https://alpha.test/another")

    assert what_follows(visitor, answer).h1 == NOT_LOGGED_IN and nobody_is_in(visitor)


def test_what_comes_to_one_school_does_not_count_at_another(
    alpha: Site, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    people.new_site("Alpha Junior", "beta.test", parent=alpha, ready=False)
    row, visitor = connect(alpha, running), Visitor()
    answer = answered(visitor, at_provider, row)

    assert as_page(Visitor("beta.test").post(answer.path, answer.fields)).h1 == OVER
    assert nobody_is_in(visitor)


def test_a_provider_that_took_anothers_name_vouches_for_its_own_people_only(
    alpha: Site, beta: Site, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    """An entity ID is a text that anybody can write: people are known by the row that vouched for them."""
    ours, theirs = connect(alpha, running), connect(beta, running)
    for host, each in (("alpha.test", ours), ("beta.test", theirs)):
        log_in(Visitor(host), at_provider, each)

    assert set(Identity.objects.values_list("source", flat=True)) == {f"saml:{ours.pk}", f"saml:{theirs.pk}"}


def test_a_local_superuser_of_the_same_name_stays_who_they_are(
    row: SamlIdentityProvider, running: IdentityProvider, at_provider: AtSamlProvider
) -> None:
    root = User.objects.create_superuser("ada", password="something else")
    visitor = Visitor()
    log_in(visitor, at_provider, row)

    assert visitor.enrollment.signed_in_user is None and visitor.get("/admin/").status_code == 302
    assert User.objects.get() == root
