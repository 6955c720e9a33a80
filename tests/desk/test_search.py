"""The one box of the help desk: finds whatever somebody can say, at the sites of whoever asks, and changes nothing."""

from datetime import timedelta

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.admin.help_search import MOST
from enrollment.models import Device, Enrollment, Invitation, ListedDevice, Person
from sites_config.models import Privilege, SitePrivilege, User
from sites_config.references import spoken
from tests import people
from tests.admin.world import World, logged_in
from tests.budgets.counting import queries
from tests.rules.tables import changed, dump
from tests.visitor import Visitor, person_at

pytestmark = pytest.mark.django_db
HELP = reverse("admin:help")


def story(kind: str, row: Device | Enrollment | Person | Invitation | ListedDevice) -> str:
    return reverse("admin:help_story", args=[kind, row.pk])


def leads_to(client: Client, text: str) -> str:
    """Where the box leads at once, "" where it lists."""
    answer = client.get(HELP, {"q": text})
    return str(answer.headers.get("Location", ""))


@pytest.fixture
def ana(alpha: Site) -> Enrollment:
    """Ana's iPad is enrolled, by an invitation."""
    _row, token = people.invite(
        alpha, name="Grade 4", assigned_user_name="ana", assigned_full_name="Ana Alvarez"
    )
    visitor, _phone = person_at("enrolled", token)
    Device.objects.update(assigned_email="ana@alpha.example")
    return visitor.enrollment


def test_one_hit_opens_its_story(as_hana: Client, ana: Enrollment) -> None:
    device = Device.objects.get()
    for text in (
        device.serial_number,
        f" {device.serial_number.lower()} ",
        device.udid,
        device.udid.lower(),
        "ana",
        "ANA",
        "Ana Alvarez",
        "ana alv",
        "Ana@Alpha.example",
    ):
        assert leads_to(as_hana, text) == story("device", device), text
    for text in (
        ana.reference,
        spoken(ana.reference).lower(),
        f"https://alpha.test/enroll/{ana.public_id}/install/",
    ):
        assert leads_to(as_hana, text) == story("enrollment", ana), text


def test_an_invitation_is_found_by_its_name_and_by_its_link(as_hana: Client, alpha: Site) -> None:
    invitation, token = people.invite(alpha, name="Room 12, Monday")

    for text in (
        f"https://alpha.test/i/{token}",
        f"/i/{token}",
        f"https://alpha.test/enroll/?invitation={token}",
        "room 12, monday",
        "Room 1",
    ):
        assert leads_to(as_hana, text) == story("invitation", invitation), text
    assert leads_to(as_hana, f"/i/{token}x") == ""


def test_a_link_to_go_on_elsewhere_leads_to_its_enrollment(as_hana: Client, alpha: Site) -> None:
    visitor = Visitor()
    row = visitor.start(people.invite(alpha)[1])

    assert leads_to(as_hana, f"https://alpha.test{visitor.hand_over()}") == story("enrollment", row)


def test_a_person_is_found_with_everything_of_theirs_as_one(
    as_hana: Client, ana: Enrollment, alpha: Site
) -> None:
    person = people.person(alpha, email="Ana.Alvarez@alpha.example")

    for text in ("ana", "Ana Alvarez", "ana.alvarez@ALPHA.example", "Ana A"):
        assert leads_to(as_hana, text) == story("person", person), text
    page = as_hana.get(story("person", person)).content.decode()
    assert "The device is enrolled." in page and spoken(ana.reference) in page


def test_exact_comes_before_the_beginning(as_hana: Client, alpha: Site) -> None:
    ann, anna = people.person(alpha, "ann", "Ann Archer"), people.person(alpha, "anna", "Anna Adams")

    assert leads_to(as_hana, "ann") == story("person", ann)
    assert leads_to(as_hana, "anna") == story("person", anna)
    assert leads_to(as_hana, "Anna A") == story("person", anna)
    people.person(alpha, "anneke", "Anneke Ames")
    page = as_hana.get(HELP, {"q": "anne"}, follow=True).content.decode()
    assert "Anneke Ames" in page and "Ann Archer" not in page


def test_many_are_twenty_and_a_word(as_hana: Client, alpha: Site) -> None:
    for number in range(MOST + 3):
        people.person(alpha, f"pupil{number:02}", f"Pupil {number:02}")

    page = as_hana.get(HELP, {"q": "pupil"}).content.decode()

    assert page.count("/admin/help/person/") == MOST
    assert f"There are more than these {MOST}: type more of it." in page


@pytest.mark.parametrize("text", ["pu", "%", "_____", "pup%", "\0", "", " ", "'", "x" * 500])
def test_what_would_look_at_everything_finds_nothing(as_hana: Client, alpha: Site, text: str) -> None:
    people.person(alpha, "pupil", "Pupil One")

    answer = as_hana.get(HELP, {"q": text})

    assert answer.status_code == 200 and "/admin/help/person/" not in answer.content.decode()


def test_a_code_of_a_page_without_an_enrollment_is_the_operators(as_hana: Client, alpha: Site) -> None:
    code = Visitor().see("/enroll/").reference

    page = as_hana.get(HELP, {"q": code}).content.decode()

    assert "No enrollment has this reference code" in page and "in the log" in page


OF_BETA = (
    "SERIAL-Buffalo", "UDID-Buffalo", "person-Buffalo", "Buffalo Person", "Person Buffalo", "Invitation Buffalo",
    "Buffalo", "Invi", "{reference}", "/i/{token}", "/enroll/{public_id}/",
)  # fmt: skip


@pytest.mark.parametrize("text", OF_BETA)
def test_r07_foreign_rows_are_not_there(as_hana: Client, alphas: World, betas: World, text: str) -> None:
    foreign = Enrollment.objects.filter(site=betas.site).latest("pk")
    values = {"reference": foreign.reference, "public_id": foreign.public_id, "token": betas.tokens[0]}

    answer = as_hana.get(HELP, {"q": text.format(**values)})

    page = answer.content.decode().replace(text.format(**values), "")
    assert "Buffalo" not in page and "Beta" not in page
    assert "/admin/help/" not in answer.headers.get("Location", "") or "Invi" in text
    for kind, model in (
        ("device", Device),
        ("enrollment", Enrollment),
        ("person", Person),
        ("invitation", Invitation),
    ):
        assert as_hana.get(story(kind, betas.row(model))).status_code == 404  # type: ignore[arg-type]
        assert as_hana.get(story(kind, alphas.row(model))).status_code == 200  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("privilege", "status"),
    [
        (Privilege.HELP_PEOPLE, 200),
        (Privilege.VIEW_SITE, 200),
        (Privilege.ADMINISTER_SITE, 200),
        (Privilege.MANAGE_INVITATIONS, 403),
        (Privilege.ENROLL_MOBILE_DEVICES, 403),
    ],
)
def test_who_may_look(alpha: Site, privilege: Privilege, status: int) -> None:
    client = logged_in(people.staff("sam", "Sam Smith", (alpha, privilege), is_staff=True), alpha)

    assert client.get(HELP).status_code == status
    assert ('role="search"' in client.get("/admin/").content.decode()) == (status == 200)


def test_a_privilege_at_the_district_reaches_its_schools(as_hana: Client, alpha: Site) -> None:
    school = people.new_site("Alpha Junior", parent=alpha, ready=False)
    person = people.person(school, "zoe", "Zoe Zimmer")

    assert leads_to(as_hana, "zoe") == story("person", person)


def test_somebody_of_a_school_sees_nothing_of_the_district(alpha: Site, hana: User) -> None:
    school = people.new_site("Alpha Junior", parent=alpha, ready=False)
    people.person(alpha, "zoe", "Zoe Zimmer")
    SitePrivilege.objects.filter(user=hana).update(site=school)

    assert leads_to(logged_in(hana, alpha), "zoe") == ""


def test_looking_costs_few_statements_and_changes_nothing(
    as_hana: Client, ana: Enrollment, settings: Settings
) -> None:
    settings.CONFIGURATION_CHECK_SECONDS = 3600
    device = Device.objects.get()
    as_hana.get(HELP)
    before = dump()
    costs = {}
    for text in (ana.reference, device.serial_number, "a@b.example", "ana", "nobody at all"):
        with queries() as sent:
            as_hana.get(HELP, {"q": text})
        costs[text] = len(sent)
    with queries() as sent:
        assert as_hana.get(story("device", device)).status_code == 200
    costs["story"] = len(sent)

    # Session, user, two for the reach; then one for each table that is asked: by serial number, by the whole name and
    # by its beginning; an e-mail address asks where messages went too.
    assert costs.pop("nobody at all") <= 4 + 4 + 5 + 5
    assert costs.pop("a@b.example") <= 4 + 6 + 4 + 5 + 5
    assert costs.pop("ana") <= 4 + 4 + 5 + 1
    assert max(costs.values()) <= 9, costs
    assert changed(before, dump()) == {}


def test_a_story_of_many_events_costs_as_much_as_one_of_few(as_hana: Client, alpha: Site) -> None:
    invitation, token = people.invite(alpha, max_uses=None, expires_at=timezone.now() + timedelta(days=1))
    as_hana.get(story("invitation", invitation))
    costs = []
    for _round in range(3):
        Visitor().start(token)
        with queries() as sent:
            as_hana.get(story("invitation", invitation))
        costs.append(len(sent))
    assert len(set(costs)) == 1, costs


def test_r11_a_link_that_was_pasted_stands_in_no_address(as_hana: Client, alpha: Site) -> None:
    invitation, token = people.invite(alpha)

    pasted = as_hana.post(HELP, {"q": f"https://alpha.test/i/{token}"})
    typed = as_hana.post(HELP, {"q": "ana & co"})

    assert pasted.headers["Location"] == story("invitation", invitation)
    assert typed.headers["Location"] == f"{HELP}?q=ana+%26+co"
    unknown = as_hana.post(HELP, {"q": "https://alpha.test/i/" + "x" * 43})
    assert unknown.status_code == 200 and "Nothing was found" in unknown.content.decode()
