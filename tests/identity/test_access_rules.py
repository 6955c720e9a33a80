"""How the rules that fit somebody are combined, and when a change of them counts."""

import pytest
from django.contrib.sites.models import Site
from pytest_django.fixtures import Settings

from enrollment.directories.entry import Group
from enrollment.models import AccessGroup
from enrollment.signin.access import Access, access, matched
from sites_config.models import Ownership, SiteConfiguration
from tests.budgets.counting import queries
from tests.identity.district import District, district, rule

pytestmark = pytest.mark.django_db
BOTH = frozenset(Ownership)
OWN, THEIRS = frozenset({Ownership.PERSONAL}), frozenset({Ownership.INSTITUTIONAL})
NOTHING = frozenset[Ownership]()


@pytest.fixture
def schools(alpha: Site) -> District:
    return district(alpha)


def given(site: Site, *groups: str) -> Access:
    """To somebody who is in these groups, whose ids are their names in capitals."""
    at = SiteConfiguration.for_site(site)
    return access(at, matched(at, [Group(each.upper(), each) for each in groups]))


def test_without_any_rule_everybody_may(alpha: Site) -> None:
    assert given(alpha) == given(alpha, "teachers") == Access(BOTH, None, True)


def test_what_fits_adds_up(schools: District) -> None:
    site, north, south = schools.site, schools.north, schools.south
    rule(site, "teachers", north, agreement=False)
    rule(site, "own", south, institutional=False, personal=True, agreement=False)
    rule(site, "careful", institutional=False)
    rule(site, "it", personal=True, agreement=False)

    assert given(site, "teachers") == Access(THEIRS, frozenset({north.pk}), False)
    assert given(site, "teachers", "own") == Access(BOTH, frozenset({north.pk, south.pk}), False)
    assert given(site, "teachers", "careful") == Access(THEIRS, frozenset({north.pk}), True)
    assert given(site, "teachers", "it") == Access(BOTH, None, False)
    assert given(site, "careful").ownerships == given(site, "others").ownerships == NOTHING


def test_a_rule_for_all_is_one_more_that_fits(schools: District) -> None:
    rule(schools.site, agreement=False)
    rule(schools.site, "pupils", institutional=False, agreement=True)

    assert given(schools.site) == Access(THEIRS, None, False)
    assert given(schools.site, "pupils") == Access(THEIRS, None, True)


def test_deny_wins(schools: District) -> None:
    rule(schools.site, personal=True)
    rule(schools.site, "teachers", personal=True)
    rule(schools.site, "on leave", deny=True, institutional=False)

    assert given(schools.site, "teachers").ownerships == BOTH
    assert given(schools.site, "teachers", "On Leave").ownerships == NOTHING


def test_by_id_or_else_by_name(schools: District) -> None:
    rule(schools.site, group_id="7", group_name="teachers")
    rule(schools.site, "Größe", personal=True, institutional=False)
    at = SiteConfiguration.for_site(schools.site)

    assert matched(at, [Group("8", "teachers"), Group("7x", "")]) == []
    assert len(matched(at, [Group("7", "renamed")])) == len(matched(at, [Group("9", "GRÖSSE")])) == 1


def test_the_nearest_site_with_rules_decides_alone(schools: District) -> None:
    rule(schools.site, "teachers")
    assert given(schools.north, "teachers").ownerships == THEIRS
    assert given(schools.north, "pupils").ownerships == NOTHING

    own = rule(schools.north, "pupils")
    assert given(schools.north, "pupils").ownerships == THEIRS
    assert given(schools.north, "teachers").ownerships == NOTHING
    assert given(schools.south, "teachers").ownerships == THEIRS

    own.delete()
    assert given(schools.north, "teachers").ownerships == THEIRS


def test_a_change_counts_at_once_and_nothing_is_asked_in_between(
    schools: District, settings: Settings
) -> None:
    settings.CONFIGURATION_CHECK_SECONDS = 3600
    row = rule(schools.site, "teachers")
    at = SiteConfiguration.for_site(schools.site)
    fitted = matched(at, [Group("t", "teachers")])
    with queries() as sent:
        assert access(at, fitted).sites is None
    assert sent == []

    row.sites.add(schools.north)
    assert access(at, fitted).sites == frozenset({schools.north.pk})
    row.deny, row.institutional = True, False
    row.save()
    assert access(at, fitted).ownerships == NOTHING
    rule(schools.site, "others")
    AccessGroup.objects.get(pk=row.pk).delete()
    assert access(at, fitted).ownerships == NOTHING
