"""A district's directory and rules for its groups: what its people are asked, and where they end up."""

import pytest
from django.contrib.sites.models import Site

from enrollment.models import AccessGroup, Enrollment, Identity
from enrollment.models.moves import OPEN
from tests import people
from tests.identity.conftest import MakeServer
from tests.identity.district import District, district, rule
from tests.servers.slapd import SUFFIX
from tests.visitor import Visitor, as_page

pytestmark = pytest.mark.django_db
GRETA, PAT, JUERGEN = "greta's password", "pats password", "jürgens paßwort"
REFUSED = (403, "You may not enroll devices with Alpha School")


@pytest.fixture
def schools(alpha: Site, connect: MakeServer) -> District:
    connect(alpha, group_base=f"ou=groups,{SUFFIX}")
    return district(alpha)


def logged_in(user_name: str = "greta", password: str = GRETA, path: str = "/enroll/") -> Visitor:
    visitor = Visitor()
    answer = visitor.log_in(user_name, password, path)
    assert answer.status_code == 303, as_page(answer).describe()
    return visitor


def refusal(user_name: str = "greta", password: str = GRETA) -> tuple[int, str]:
    page = as_page(Visitor().log_in(user_name, password))
    return page.status, page.h1


def screens(visitor: Visitor) -> str:
    return visitor.see(f"{visitor.own}/").path.removeprefix(f"{visitor.own}/")


def test_one_group_leads_to_one_school(schools: District) -> None:
    rule(schools.site, "teachers", schools.north)
    rule(schools.site, "choir (100%)", schools.south)

    visitor = logged_in()
    assert screens(visitor) == "mdm-profile/"
    assert visitor.go_on().site == schools.north


def test_two_groups_are_a_choice(schools: District) -> None:
    rule(schools.site, "teachers", schools.north)
    rule(schools.site, "choir (100%)", schools.south)

    visitor = logged_in("pat", PAT)
    assert screens(visitor) == "site/"
    visitor.post(f"{visitor.own}/site/", {"site": str(schools.south.pk)})
    assert visitor.go_on().site == schools.south


def test_a_school_that_is_nobodys_choice_cannot_be_sent(schools: District) -> None:
    third = people.new_site("East School", parent=schools.site, ready=False)
    rule(schools.site, "teachers", schools.north, schools.south)

    visitor = logged_in()
    visitor.post(f"{visitor.own}/site/", {"site": str(third.pk)})
    assert visitor.enrollment.site == schools.site and screens(visitor) == "site/"


def test_no_group_is_refused_and_leaves_nothing(schools: District) -> None:
    rule(schools.site, "teachers", schools.north)

    assert refusal("jürgen", JUERGEN) == REFUSED
    assert not Enrollment.objects.exists() and not Identity.objects.exists()
    assert refusal("jürgen", "wrong")[0] == 200  # only who has the password hears of it


def test_deny_wins_over_whatever_lets_in(schools: District) -> None:
    rule(schools.site, personal=True)
    rule(schools.site, "everybody", deny=True, institutional=False)  # Greta is, by Teachers and Staff

    assert refusal() == REFUSED
    assert logged_in("jürgen", JUERGEN).enrollment.signed_in_with == "ldap"


def test_personal_only_is_no_question_and_never_the_institutions_profile(
    alpha: Site, connect: MakeServer
) -> None:
    connect(alpha, group_base=f"ou=groups,{SUFFIX}")
    people.allow_personal(alpha)
    rule(alpha, "teachers", institutional=False, personal=True)

    visitor = logged_in()
    assert screens(visitor) == "personal/"
    visitor.post(f"{visitor.own}/ownership/", {"ownership": "institutional"})
    assert visitor.enrollment.ownership != "institutional"
    assert visitor.get(f"{visitor.own}/mdm-profile/").status_code == 303

    rule(alpha, "staff")
    assert screens(logged_in()) == "ownership/"


def test_personal_only_where_no_personal_device_is_taken_is_refused(schools: District) -> None:
    rule(schools.site, "teachers", institutional=False, personal=True)

    assert refusal() == REFUSED


@pytest.mark.parametrize("asked", [True, False])
def test_the_agreement_is_a_matter_of_the_rule(schools: District, asked: bool) -> None:
    people.publish(schools.site)
    rule(schools.site, "teachers", schools.north, agreement=False)
    if asked:
        rule(schools.site, "staff", institutional=False, agreement=True)

    assert screens(logged_in()) == ("agreement/" if asked else "mdm-profile/")


def test_staff_are_no_matter_of_groups(schools: District, alice: object) -> None:
    rule(schools.site, deny=True, institutional=False)

    assert Visitor().log_in().status_code == 303


def test_an_invitation_with_login_asks_the_rules_too(schools: District) -> None:
    rule(schools.site, "teachers", schools.north)
    _row, token = people.invite(schools.south, login_required=True, assigned_user_name="")
    visitor = Visitor()
    visitor.start(token)

    page = as_page(visitor.log_in("greta", GRETA, f"{visitor.own}/log-in/"))

    assert (page.status, page.h1) == (403, "You may not enroll devices with South School")
    assert visitor.enrollment.signed_in_with == ""


@pytest.mark.parametrize("change", ["deleted", "denies", "another school", "all denied"])
def test_a_rule_that_changed_counts_at_once(schools: District, change: str) -> None:
    """Also for a profile that lies in Settings already."""
    row = rule(schools.site, "teachers", schools.north)
    rule(schools.site, "pupils", schools.south)
    visitor = logged_in()
    visitor.go_on()
    url = visitor.profile_url
    assert visitor.get(url).status_code == 200

    if change == "deleted":
        row.delete()
    elif change == "denies":
        AccessGroup.objects.get(pk=row.pk).delete()
        rule(schools.site, deny=True, institutional=False)
    elif change == "another school":
        row.sites.set([schools.south])
    else:
        row.deny, row.institutional = True, False
        row.save()

    assert visitor.get(url).status_code == 410
    assert visitor.enrollment.status in OPEN
    assert screens(visitor) == "log-in/"
    if change == "another school":
        visitor.log_in("greta", GRETA, f"{visitor.own}/log-in/")
        assert visitor.go_on().site == schools.south
