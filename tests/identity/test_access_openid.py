"""What the groups that an OpenID provider names let somebody do; Ada is a teacher."""

import pytest
from django.contrib.sites.models import Site

from enrollment.models import CloudIdentityProvider, Device, Enrollment, Identity
from tests import people
from tests.identity.at_provider import AtProvider, press
from tests.identity.district import district, rule
from tests.identity.test_openid import FIRST, answers, at_provider, log_in, row, running, trusted
from tests.visitor import Visitor, as_page, fetch_profile, phone_without_network

__all__ = ["at_provider", "row", "running", "trusted"]
pytestmark = pytest.mark.django_db
REFUSED = (403, "You may not enroll devices with Alpha School")


def refused(visitor: Visitor, at_provider: AtProvider, name: str = "ada") -> tuple[int, str]:
    home = at_provider.log_in(press(visitor, f"oidc-{FIRST}"), answers(name), f"https://{visitor.host}")
    page = as_page(visitor.get(home))
    return page.status, page.h1


def test_a_group_leads_to_its_school_without_a_question(
    alpha: Site, row: CloudIdentityProvider, at_provider: AtProvider
) -> None:
    schools, visitor, phone = district(alpha), Visitor(), phone_without_network()
    given = rule(alpha, "Teachers", schools.north)
    rule(alpha, "pupils", schools.south)

    log_in(visitor, at_provider)
    assert visitor.enrollment.access_groups == [given.pk]
    visitor.go_on()
    fetch_profile(visitor, phone)
    phone.install()
    phone.obtain_certificate()
    phone.authenticate()
    phone.token_update()

    assert Device.objects.get().site == schools.north


@pytest.mark.parametrize("name", ["ada", "alice"])
def test_somebody_whom_no_rule_lets_in_reads_why_and_leaves_nothing(
    alpha: Site, row: CloudIdentityProvider, at_provider: AtProvider, name: str
) -> None:
    """Of Alice the provider names no group."""
    rule(alpha, "pupils")
    visitor = Visitor()

    assert refused(visitor, at_provider, name) == REFUSED
    assert visitor.enrollment.signed_in_with == "" and visitor.enrollment.access_groups == []
    assert not Identity.objects.exists()


def test_a_rule_by_id_is_no_rule_by_name(
    alpha: Site, row: CloudIdentityProvider, at_provider: AtProvider
) -> None:
    rule(alpha, "teachers", group_id="5f0c", group_name="teachers")

    assert refused(Visitor(), at_provider) == REFUSED


def test_a_child_has_its_parents_rules_until_it_has_its_own(
    alpha: Site, row: CloudIdentityProvider, at_provider: AtProvider
) -> None:
    child = people.new_site("Alpha Junior", "beta.test", parent=alpha, ready=False)
    rule(alpha, "pupils")
    assert refused(Visitor("beta.test"), at_provider) == (403, "You may not enroll devices with Alpha Junior")

    rule(child, "teachers")
    visitor = Visitor("beta.test")
    assert log_in(visitor, at_provider) == f"{visitor.own}/"
    assert Enrollment.objects.get(signed_in_with="oidc").site == child
