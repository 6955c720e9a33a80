"""Why somebody may enroll or may not: the command and the page of a site say what trying it shows."""

import re
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sites.models import Site
from django.core.management import CommandError, call_command
from django.test import Client

from sites_config.models import User
from tests import people
from tests.admin.conftest import anna, as_anna, as_vera, vera
from tests.identity.conftest import MakeServer
from tests.identity.district import District, district, rule
from tests.rules.tables import changed, dump
from tests.servers.slapd import SUFFIX
from tests.visitor import Visitor

__all__ = ["anna", "as_anna", "as_vera", "vera"]
pytestmark = pytest.mark.django_db
CANNOT = "This person cannot enroll here."


@pytest.fixture
def schools(alpha: Site, connect: MakeServer) -> District:
    connect(alpha, group_base=f"ou=groups,{SUFFIX}")
    return district(alpha)


def told(user_name: str, site: str = "alpha.test", **options: str) -> str:
    """By the command, which writes nothing."""
    before, out = dump(), StringIO()
    call_command("explain_enrollment", site=site, user=user_name, stdout=out, **options)
    assert changed(before, dump()) == {}
    return out.getvalue()


def test_somebody_of_a_group_and_the_screens_they_really_see(schools: District) -> None:
    people.publish(schools.site)
    rule(schools.site, "teachers", schools.north)
    rule(schools.site, "pupils", schools.south)

    text = told("greta")

    assert (
        "yes Greta Grün (greta) is in a directory." in text
        and "Groups: Everybody, Loop, Staff, Teachers." in text
    )
    assert (
        "yes Access group “teachers” of Alpha School fits: institutionally owned devices; North School;"
        in text
    )
    assert "    Access group “pupils” of Alpha School does not fit" in text
    assert "yes Sites: North School." in text
    titles = re.findall(r"^  \d+\. (.*)$", text, re.MULTILINE)
    visitor = Visitor()
    visitor.log_in("greta", "greta's password")
    assert titles[:2] == ["Log in", visitor.see(f"{visitor.own}/").h1] == ["Log in", "License agreement"]
    visitor.go_on()
    assert titles[-2:] == [visitor.see(f"{visitor.own}/").h1, "Enrollment complete"]


def test_two_schools_and_two_ownerships_are_ways_of_their_own(schools: District) -> None:
    people.allow_personal(schools.site)
    rule(schools.site, "teachers", schools.north, schools.south, personal=True)

    text = told("greta")

    assert (
        "Screens, for institutionally owned devices at North School; institutionally owned devices at South School:"
        in text
    )
    own = text.partition("Screens, for personally owned devices")[2]
    assert "Whose device is this?" in own and "Sign in on your own device" in own and "Settings" not in own


@pytest.mark.parametrize(
    ("user_name", "words"),
    [
        ("greta", "NO  Access group “staff” of Alpha School fits: may not enroll, which wins."),
        ("jürgen", "NO  Together they let in: nothing."),
        ("nobody", "NO  No open staff account and no single person"),
        ("twin", "NO  No open staff account and no single person"),
        ("ana", "NO  Nobody can log in by the table of people"),
        ("bob", "NO  “Enroll Mobile Devices” is not held at North School."),
    ],
)
def test_who_cannot_is_told_why(schools: District, bob: User, user_name: str, words: str) -> None:
    people.person(schools.site)
    rule(schools.site, "teachers")
    rule(schools.site, "staff", deny=True, institutional=False)

    text = told(user_name)

    assert words in text and CANNOT in text and "Screens, for" not in text


def test_without_a_rule_everybody_may(schools: District) -> None:
    text = told("jürgen")

    assert "yes No access group counts here" in text and "yes Sites: North School, South School." in text


def test_a_directory_that_is_down_or_finds_only(alpha: Site, connect: MakeServer) -> None:
    server = connect(alpha, sign_in=False)
    assert "NO  “People may log in” is off for this directory." in told("greta")

    server.hosts = "127.0.0.1:9"
    server.save()
    text = told("greta")
    assert (
        "NO  A directory could not be asked: Northwind LDAP: " in text
        or "could not be asked: 127.0.0.1: " in text
    )


def test_staff_see_the_question_for_whom(alpha: Site, alice: User) -> None:
    text = told("ALICE")
    assert "yes alice is a staff account that is open." in text and "Who will use this device?" not in text

    people.let_assign(alice, alpha)
    assert "2. Who will use this device?" in told("alice")


def test_an_invitation_has_conditions_of_its_own(schools: District) -> None:
    _row, _token = people.invite(schools.north, name="Grade 4")
    people.invite(schools.north, name="Used", max_uses=1, uses_held=1)

    text = told("greta", invitation="Grade 4")
    assert (
        "yes The invitation “Grade 4” can be used" in text
        and "asks for no login" in text
        and "Log in" not in text
    )
    assert "yes Sites: North School." in text

    assert "NO  The invitation “Used” can be used" in told("greta", invitation="Used")
    with pytest.raises(CommandError, match="No invitation there"):
        told("greta", invitation="Grade 5")
    people.configure(schools.site, portal_open=False)
    assert "NO  The portal is open" in told("greta") and CANNOT in told("greta")


def test_a_school_without_an_address_says_where_to_ask(schools: District) -> None:
    assert "It has no address of its own" in told("greta", site="North School")


# --- the page -------------------------------------------------------------------------------------------------------


def page(client: Client, site: Site, **values: object) -> str:
    answer = client.post(f"/admin/sites/site/{site.pk}/press/explain/", values)
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


def test_the_page_says_the_same_and_is_recorded(as_anna: Client, anna: User, schools: District) -> None:
    rule(schools.site, "teachers", schools.north)
    invitation, _token = people.invite(schools.south, name="Grade 4", login_required=True)
    assert "user_name" in page(as_anna, schools.site) and not LogEntry.objects.exists()

    before = dump()
    text = page(as_anna, schools.site, user_name="greta")
    assert set(changed(before, dump())) <= {
        "django_admin_log",
        "django_session",
        "sites_config_loggedchange",
    }

    assert "✓ Sites: North School." in text and "1. Log in" in text
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (anna, str(schools.site.pk))
    assert "Explained enrollment for greta." in entry.change_message
    assert CANNOT in page(as_anna, schools.site, user_name="greta", invitation=invitation.pk)


def test_another_institutions_account_is_not_described(as_anna: Client, alpha: Site, carol: User) -> None:
    text = page(as_anna, alpha, user_name="carol")

    assert "An account that you may not see has this user name." in text
    assert "Carol" not in text and "Beta" not in text and "is held" not in text


def test_another_institutions_invitation_is_no_choice(as_anna: Client, alpha: Site, beta: Site) -> None:
    invitation, _token = people.invite(beta, name="Foreign")

    text = page(as_anna, alpha, user_name="alice", invitation=invitation.pk)
    assert "Foreign" not in text and "Select a valid choice" in text


def test_who_may_only_look_may_not_ask(as_vera: Client, alpha: Site, beta: Site) -> None:
    for site, status in ((alpha, 403), (beta, 404)):
        answer = as_vera.post(f"/admin/sites/site/{site.pk}/press/explain/", {"user_name": "alice"})
        assert answer.status_code == status
    assert not LogEntry.objects.exists()
