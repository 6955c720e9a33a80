"""How an administrator makes the rules for groups."""

from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse

from enrollment.models import AccessGroup
from sites_config.models import Privilege, SiteConfiguration, User
from tests import people
from tests.admin.filled import send
from tests.admin.world import logged_in
from tests.identity.district import District, district, rule

pytestmark = pytest.mark.django_db
ADD = reverse("admin:enrollment_accessgroup_add")


@pytest.fixture
def schools(alpha: Site) -> District:
    return district(alpha)


@pytest.fixture
def as_anna(alpha: Site) -> Client:
    anna: User = people.staff("anna", "Anna", (alpha, Privilege.ADMINISTER_SITE), is_staff=True)
    return logged_in(anna, alpha)


def add(client: Client, **values: object) -> dict[str, Any]:
    """The errors by field."""
    answer: Any = client.post(ADD, values)
    return {} if answer.status_code == 302 else dict(answer.context["adminform"].form.errors)


def test_a_rule_is_made_and_counts(as_anna: Client, schools: District) -> None:
    assert (
        add(
            as_anna, site=schools.site.pk, group_name="Teachers", institutional="on", sites=[schools.north.pk]
        )
        == {}
    )

    row = AccessGroup.objects.get()
    assert (row.site, row.group_name, row.institutional, row.agreement) == (
        schools.site,
        "Teachers",
        True,
        False,
    )
    assert list(row.sites.all()) == [schools.north]


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"institutional": "on"}, "group_name", "Name the group"),
        ({"group_name": "  ", "institutional": "on"}, "group_name", "Name the group"),
        ({"everybody": "on", "group_id": "7", "institutional": "on"}, "everybody", "Either all"),
        ({"group_name": "x"}, "institutional", "says nothing"),
        ({"group_name": "x", "deny": "on", "personal": "on"}, "deny", "take away the other ticks"),
        ({"group_name": "TEACHERS", "deny": "on"}, "__all__", "with this name already"),
        ({"group_id": "7", "deny": "on"}, "__all__", "with this ID already"),
        ({"everybody": "on", "deny": "on"}, "__all__", "all directory users already"),
    ],
)
def test_what_makes_no_sense_is_said_where_it_stands(
    as_anna: Client, alpha: Site, values: dict[str, object], field: str, words: str
) -> None:
    rule(alpha), rule(alpha, "teachers"), rule(alpha, group_id="7")

    errors = add(as_anna, site=alpha.pk, **values)

    assert words in str(errors[field]) and AccessGroup.objects.count() == 3


def test_sites_are_the_rules_own_and_those_that_belong_to_it(as_anna: Client, schools: District) -> None:
    errors = add(
        as_anna,
        site=schools.north.pk,
        group_name="x",
        institutional="on",
        sites=[schools.south.pk, schools.north.pk],
    )

    assert "Neither North School nor" in str(errors["sites"]) and "South School" in str(errors["sites"])


def test_the_group_of_a_rule_stays(as_anna: Client, alpha: Site, schools: District) -> None:
    """Enrollments under way keep the number of the rule that fitted them."""
    row = rule(alpha, "teachers", schools.north)

    url = reverse("admin:enrollment_accessgroup_change", args=[row.pk])
    assert send(as_anna, url, group_name="pupils", personal="on").status_code == 302

    row.refresh_from_db()
    assert (row.group_name, row.personal) == ("teachers", True) and list(row.sites.all()) == [schools.north]


def test_an_archived_site_is_no_choice(as_anna: Client, schools: District) -> None:
    SiteConfiguration.objects.filter(site=schools.south).update(archived=True)

    offered = as_anna.get(ADD).context["adminform"].form.fields["sites"].queryset

    assert schools.south not in offered and schools.north in offered
