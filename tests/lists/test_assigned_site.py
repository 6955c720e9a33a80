"""A device that was assigned to another site: its people find it there; the site that enrolled it keeps it."""

import csv
import io

import pytest
from django.contrib.sites.models import Site
from django.test import Client

from enrollment.models import Device, Enrollment
from sites_config.models import Privilege
from tests import people
from tests.admin.world import World, logged_in
from tests.lists.test_bulk import URL, ask
from tests.visitor import as_page


@pytest.fixture
def school(alpha: Site) -> Site:
    return people.new_site("North School", parent=alpha, ready=False)


@pytest.fixture
def moved(alphas: World, school: Site) -> Device:
    """Alpha enrolled it, North School has it."""
    row = Device.objects.get(site=alphas.site)
    Device.objects.filter(pk=row.pk).update(
        stands_at=school,
        assigned_user_name="ben",
        assigned_full_name="Ben Berg",
        serial_number="F2LX1234ABCD",
    )
    return Device.objects.get(pk=row.pk)


def at(site: Site, *privileges: Privilege) -> Client:
    user = people.staff("head", "Head", *((site, each) for each in privileges), is_staff=True)
    return logged_in(user, site if site.name == "Alpha School" else Site.objects.get(name="Alpha School"))


@pytest.mark.parametrize("privilege", [Privilege.ADMINISTER_SITE, Privilege.VIEW_SITE, Privilege.HELP_PEOPLE])
def test_the_site_where_it_stands_finds_it_and_reads_what_it_is(
    moved: Device, school: Site, privilege: Privilege
) -> None:
    head = at(school, privilege)

    found = as_page(head.get(URL, {"q": "F2LX1234"})).text
    assert "1 device" in found and "Ben Berg" not in found and "ben" in found and "North School" in found
    page = as_page(head.get(f"{URL}{moved.pk}/change/")).text
    for words in ("F2LX1234ABCD", "Ben Berg", "Alpha School", "North School"):
        assert words in page, words


def test_how_it_was_enrolled_stays_where_it_was_enrolled(
    moved: Device, school: Site, as_anna: Client
) -> None:
    enrollment = moved.enrollment
    assert enrollment is not None
    Enrollment.objects.filter(pk=enrollment.pk).update(signed_in_name="Signed Person")
    head = at(school, Privilege.ADMINISTER_SITE, Privilege.HELP_PEOPLE)
    code = f"{enrollment.reference[:4]}-{enrollment.reference[4:]}"
    secrets = (enrollment.reference, code, "Signed Person", "Invitation Aardvark", "Person Aardvark")
    pages = [head.get(URL), head.get(f"{URL}{moved.pk}/change/"), head.get(f"{URL}{moved.pk}/history/")]

    for page in pages:
        assert page.status_code == 200 and not [each for each in secrets if each in page.content.decode()]
    assert as_page(head.get(URL, {"q": code})).text.count("0 devices")
    assert head.get(f"/admin/enrollment/enrollment/{enrollment.pk}/change/").status_code == 404
    assert head.get(f"/admin/help/device/{moved.pk}/").status_code == 404
    assert "Signed Person" in as_anna.get(URL).content.decode(), "for those of its site as before"


def test_it_is_changed_by_those_of_its_site_alone(moved: Device, school: Site) -> None:
    head = at(school, Privilege.ADMINISTER_SITE, Privilege.HELP_PEOPLE)
    before = Device.objects.filter(pk=moved.pk).values()[0]

    for name in ("remove_user", "lost"):
        assert head.post(f"{URL}{moved.pk}/press/{name}/").status_code == 403, name
    for action in ("mark_lost", "take_users_away", "change_user", "assign_site"):
        ask(head, action, [moved])
        ask(head, action, [moved], confirmed="x", site=school.pk, user_name="zoe")
    assert Device.objects.filter(pk=moved.pk).values()[0] == before


def test_it_is_in_the_file_of_the_site_where_it_stands(moved: Device, school: Site) -> None:
    answer = ask(at(school, Privilege.VIEW_SITE), "export", [moved], confirmed="yes")

    (row,) = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig")))
    assert (row["serial number"], row["site"], row["assigned site"]) == (
        "F2LX1234ABCD",
        "Alpha School",
        "North School",
    )


def test_the_list_is_filtered_by_where_devices_stand(
    moved: Device, school: Site, beta: Site, as_anna: Client
) -> None:
    Device.objects.create(
        site=moved.site, udid="other", serial_number="OTHER123", first_seen_at=moved.first_seen_at,
        last_seen_at=moved.last_seen_at,
    )  # fmt: skip
    page = as_page(as_anna.get(URL, {"stands_at__id__exact": school.pk})).text

    assert "F2LX1234ABCD" in page and "OTHER123" not in page
    assert "1 device" not in as_page(as_anna.get(URL, {"stands_at__id__exact": beta.pk})).text


def test_who_has_nothing_to_do_with_either_sees_nothing(moved: Device, beta: Site, alpha: Site) -> None:
    south = people.new_site("South School", parent=alpha, ready=False)
    for site in (beta, south):
        user = people.staff(f"of{site.pk}", "Other", (site, Privilege.ADMINISTER_SITE), is_staff=True)
        client = logged_in(user, alpha)
        assert "F2LX1234ABCD" not in client.get(URL).content.decode()
        assert client.get(f"{URL}{moved.pk}/change/").status_code == 404
