"""Found before anybody tapped Start: what was sent, what is bound to somebody, what a list names, what was refused."""

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enrollment.actions.invitation_sending import send
from enrollment.models import Channel, Device, Invitation, ListedDevice
from sites_config.models import User
from tests import people
from tests.admin.world import logged_in
from tests.desk.test_search import leads_to, story
from tests.device_list.arrivals import SERIAL, invited, is_let, put
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
HELP = reverse("admin:help")


def bound(site: Site, **columns: object) -> Invitation:
    return people.invite(site, name="Grade 4", login_required=True, **columns)[0]


@pytest.mark.parametrize(
    ("columns", "texts"),
    [
        ({"email": "cem@home.example"}, ["cem@home.example", "CEM@home.example"]),
        ({"only_email": "cem@home.example"}, ["Cem@Home.example"]),
        ({"assigned_user_name": "cem", "assigned_full_name": "Cem Cruz"}, ["cem", "CEM CRUZ", "cem cr"]),
        ({"only_user_name": "cem"}, ["Cem", "cem"]),
        ({"only_user_name": "cem.cruz"}, ["cem.c"]),
        ({"only_serial_number": SERIAL}, [SERIAL, SERIAL.lower()]),
    ],
)
def test_an_invitation_that_nobody_began(
    as_hana: Client, alpha: Site, columns: dict[str, object], texts: list[str]
) -> None:
    row = bound(alpha, **{"assigned_user_name": ""} | columns)
    bound(alpha, assigned_user_name="dora", email="dora@home.example", only_serial_number="C02OTHER0001")

    for text in texts:
        assert leads_to(as_hana, text) == story("invitation", row), text


def test_an_invitation_by_the_address_it_went_to_though_it_has_another_now(
    as_hana: Client, alpha: Site
) -> None:
    row = bound(alpha, email="old@home.example", phone="+49 170 1234567")
    for channel in (Channel.MAIL, Channel.SMS):
        send([row], channel=channel, actor=None, now=timezone.now())
    Invitation.objects.update(email="new@home.example", phone="")

    for text in ("old@home.example", "new@home.example", "+49 170 1234567"):
        assert leads_to(as_hana, text) == story("invitation", row), text


def test_two_invitations_of_one_person_are_told_apart(as_hana: Client, alpha: Site) -> None:
    for name in ("For the iPad", "For the iPhone"):
        people.invite(alpha, name=name, assigned_user_name="cem", email="cem@home.example")

    page = as_hana.get(HELP, {"q": "cem@home.example"}).content.decode()

    assert "For the iPad" in page and "For the iPhone" in page
    assert page.count("Created, for cem@home.example") == 2


def test_a_persons_story_names_their_invitations(as_hana: Client, alpha: Site) -> None:
    person = people.person(alpha, "cem", "Cem Cruz", email="cem@home.example")
    rows = [
        people.invite(alpha, name=name, **{"assigned_user_name": ""} | columns)[0]
        for name, columns in {
            "By name": {"assigned_user_name": "CEM"}, "By mail": {"email": "Cem@home.example"},
            "Bound": {"only_user_name": "cem"}, "Bound by mail": {"only_email": "cem@home.example"},
        }.items()
    ]  # fmt: skip
    people.invite(alpha, name="Somebody else's", assigned_user_name="dora")

    page = as_hana.get(story("person", person)).content.decode()

    for row in rows:
        assert story("invitation", row) in page and row.name in page
    assert "Somebody else" not in page


def test_of_many_invitations_the_newest_are_named(as_hana: Client, alpha: Site) -> None:
    person = people.person(alpha, "cem", "Cem Cruz")
    rows = [people.invite(alpha, assigned_user_name="cem")[0] for _number in range(25)]

    page = as_hana.get(story("person", person)).content.decode()

    assert [story("invitation", row) in page for row in rows] == [False] * 5 + [True] * 20


@pytest.mark.parametrize(
    "text", [SERIAL, SERIAL.lower(), "it-0042", "cem", "Cem Cruz", "CEM@home.example", "it-0"]
)
def test_a_device_of_the_list_that_never_came(as_hana: Client, alpha: Site, text: str) -> None:
    owner = {"owner_user_name": "cem", "owner_full_name": "Cem Cruz", "owner_email": "cem@home.example"}
    row = put(alpha, asset_tag="IT-0042", **owner)
    put(alpha, "C02OTHER0001", asset_tag="XX-1")

    found = leads_to(as_hana, text)
    page = as_hana.get(found).content.decode()

    assert found == story("listed", row)
    assert "No device with this serial number came yet." in page and "IT-0042" in page and "Cem Cruz" in page


def test_a_listed_device_that_came_has_one_story(as_hana: Client, alpha: Site) -> None:
    row = put(alpha, asset_tag="IT-0042")
    assert is_let(invited(alpha))

    assert leads_to(as_hana, SERIAL) == story("device", Device.objects.get())
    page = as_hana.get(leads_to(as_hana, "IT-0042")).content.decode()
    assert leads_to(as_hana, "IT-0042") == story("listed", row)
    assert "The device is enrolled." in page and story("device", Device.objects.get()) in page


def test_a_new_device_that_was_turned_away(as_hana: Client, alpha: Site) -> None:
    people.configure(alpha, only_listed_devices=True)
    visitor = invited(alpha)
    assert not is_let(visitor) and not Device.objects.exists()

    for text in (SERIAL, SERIAL.lower()):
        assert leads_to(as_hana, text) == story("enrollment", visitor.enrollment), text
    assert "is not on it" in as_hana.get(leads_to(as_hana, SERIAL)).content.decode()


def test_a_listed_device_that_was_turned_away_tells_why(as_hana: Client, alpha: Site) -> None:
    row = put(alpha)
    people.configure(alpha, minimum_os="26.0")
    assert not is_let(invited(alpha))

    found = leads_to(as_hana, SERIAL)

    assert found == story("listed", row)
    assert "Its version of iOS is older than the site allows." in as_hana.get(found).content.decode()


def test_a_known_device_that_was_turned_away_tells_of_it(as_hana: Client, alpha: Site) -> None:
    assert is_let(invited(alpha), udid="UDID-1")
    people.configure(alpha, minimum_os="26.0")
    visitor = invited(alpha)
    assert not is_let(visitor, udid="UDID-1")

    found = leads_to(as_hana, SERIAL)

    assert found == story("device", Device.objects.get())
    assert "Its version of iOS is older than the site allows." in as_hana.get(found).content.decode()


EVERYTHING = (
    "cem@home.example", "only@home.example", "sent@home.example", "cem", "Cem Cruz", "only.cem", "Cem C", "IT-0042",
    SERIAL, "C02ONLY00001", "owner", "Owner O", "owner@home.example", "C02REFUSED01",
)  # fmt: skip


@pytest.mark.parametrize("text", EVERYTHING)
def test_r07_nothing_of_it_is_found_from_another_site(
    as_hana: Client, alpha: Site, beta: Site, text: str
) -> None:
    row = bound(
        beta, email="sent@home.example", assigned_user_name="cem", assigned_full_name="Cem Cruz",
        only_user_name="only.cem", only_email="only@home.example", only_serial_number="C02ONLY00001",
    )  # fmt: skip
    send([row], actor=None, now=timezone.now())
    Invitation.objects.update(email="cem@home.example")
    listed = put(
        beta,
        asset_tag="IT-0042",
        owner_user_name="owner",
        owner_full_name="Owner One",
        owner_email="owner@home.example",
    )
    people.configure(beta, minimum_os="26.0")
    visitor = Visitor("beta.test")
    visitor.start(people.invite(beta, assigned_user_name="")[1])
    assert not is_let(visitor, serial="C02REFUSED01")

    page = as_hana.get(HELP, {"q": text})

    assert page.status_code == 200 and "Nothing was found" in page.content.decode()
    assert as_hana.get(story("listed", listed)).status_code == 404


def test_a_school_sees_nothing_of_the_districts_list(alpha: Site, hana: User) -> None:
    school = people.new_site("Alpha Junior", parent=alpha, ready=False)
    hana.site_privileges.update(site=school)
    put(alpha)

    assert leads_to(logged_in(hana, alpha), SERIAL) == ""
    assert ListedDevice.objects.count() == 1


def test_an_invitation_is_not_listed_beside_what_was_begun_with_it(as_hana: Client, alpha: Site) -> None:
    row, token = people.invite(alpha, assigned_user_name="cem", email="cem@home.example")
    visitor = Visitor()
    visitor.start(token)

    assert leads_to(as_hana, "cem") == story("enrollment", visitor.enrollment)
    assert leads_to(as_hana, "cem@home.example") == story("invitation", row)
    assert story("invitation", row) in as_hana.get(leads_to(as_hana, "cem")).content.decode()
