"""Who sees which dashboard: what the lists show them, and nothing of another site."""

import re

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.utils import timezone

from enrollment.models import DeliveryState, FailureReason, PushCertificate, Status
from sites_config.models import Privilege, SiteConfiguration
from tests import people
from tests.admin.world import logged_in
from tests.dashboard.conftest import WAY, Past, staff_of
from tests.dashboard.reading import figures, page_of, table, url
from tests.dashboard.test_numbers import delivery

INDEX = "/admin/"


@pytest.mark.parametrize(
    ("privilege", "status"),
    [
        (Privilege.ADMINISTER_SITE, 200),
        (Privilege.VIEW_SITE, 200),
        (Privilege.HELP_PEOPLE, 200),
        (Privilege.MANAGE_INVITATIONS, 404),
        (Privilege.ENROLL_MOBILE_DEVICES, 404),
    ],
)
def test_who_opens_it(alpha: Site, north: Site, privilege: Privilege, status: int) -> None:
    client = logged_in(staff_of(alpha, "somebody", privilege), alpha)

    for site in (alpha, north):
        assert client.get(url(site)).status_code == status


def test_another_institutions_is_not_there(as_anna: Client, alpha: Site, beta: Site, past: Past) -> None:
    past.enrolled(beta, timezone.now())

    assert as_anna.get(url(beta)).status_code == 404
    assert as_anna.get("/admin/sites/site/999999/dashboard/").status_code == 404
    page = page_of(as_anna, alpha)
    assert figures(page)["Enrolled today"] == 0 and "Beta" not in page
    assert "Beta" not in as_anna.get(INDEX).content.decode()


def test_a_school_sees_neither_its_district_nor_its_neighbour(
    as_vera: Client, alpha: Site, north: Site, south: Site, past: Past
) -> None:
    now = timezone.now()
    past.enrolled(alpha, now)
    past.enrolled(south, now)

    assert as_vera.get(url(alpha)).status_code == as_vera.get(url(south)).status_code == 404
    for page in (page_of(as_vera, north), as_vera.get(INDEX).content.decode()):
        assert figures(page)["Begun today"] == 0
        assert "South School" not in page
    assert "Mend this" not in page_of(as_vera, north)


def test_the_help_desk_sees_no_number_of_a_list_that_is_closed_to_it(
    as_hana: Client, alpha: Site, north: Site
) -> None:
    people.invite(north)
    PushCertificate.objects.all().delete()
    SiteConfiguration.objects.filter(site=north).update(languages="en,sk")

    page = page_of(as_hana, north)

    assert set(figures(page)) == {"Begun today", "Enrolled today", "Failed today", "Under way now"}
    assert table(page, "attention") == [] and "Slovenčina" not in page
    assert 'href="/admin/sites/site/' not in page.partition('class="breadcrumbs"')[2].partition("</div>")[0]


def test_every_link_of_a_dashboard_opens(alpha: Site, north: Site, past: Past) -> None:
    now = timezone.now()
    past.enrolled(north, now)
    past.attempt(north, now)
    past.attempt(north, now, *WAY[1:3], Status.FAILED, reason=FailureReason.SECOND_KEY)
    people.invite(north)
    for state in DeliveryState:
        delivery(north, state)
    for name, privileges in {
        "anna": (Privilege.ADMINISTER_SITE,),
        "vera": (Privilege.VIEW_SITE,),
        "hana": (Privilege.HELP_PEOPLE,),
        "mina": (Privilege.HELP_PEOPLE, Privilege.MANAGE_INVITATIONS),
    }.items():
        client = logged_in(staff_of(alpha, name, *privileges), alpha)
        for page in (page_of(client, alpha), client.get(INDEX).content.decode()):
            board = page.partition('class="gh-board')[2].partition('class="app-')[0]
            addresses = [each.replace("&amp;", "&") for each in re.findall(r'href="(/[^"]+)"', board)]
            assert len(addresses) >= 5
            for address in addresses:
                assert client.get(address).status_code == 200, (name, address)


def test_the_lists_hold_the_rows_of_these_sites_alone(
    alpha: Site, beta: Site, north: Site, south: Site, past: Past
) -> None:
    root = people.staff("root", "Root", is_staff=True, is_superuser=True)
    client = logged_in(root, alpha)
    for site in (alpha, beta, north, north, south):
        past.enrolled(site, timezone.now())

    for site, count in ((alpha, 4), (north, 2), (beta, 1)):
        page = page_of(client, site)
        assert figures(page)["Enrolled today"] == count
        address = re.search(r'href="([^"]+enrolled_at__gte=[^"]+)"', page)
        assert address is not None
        shown = client.get(address[1].replace("&amp;", "&")).context["cl"]
        assert shown.result_count == count, site


def test_it_changes_nothing_and_takes_no_post(as_anna: Client, alpha: Site) -> None:
    assert as_anna.post(url(alpha)).status_code == 405
    assert as_anna.head(url(alpha)).status_code == 200


# --- the index -------------------------------------------------------------------------------------------------------


def test_whoever_has_one_district_sees_its_numbers_on_the_index(
    as_anna: Client, alpha: Site, north: Site, south: Site, past: Past
) -> None:
    past.enrolled(north, timezone.now())
    past.enrolled(south, timezone.now())

    page = as_anna.get(INDEX).content.decode()

    assert figures(page)["Enrolled today"] == 2
    assert f'href="{url(alpha)}">Alpha School</a>' in page and "with its schools" in page


def test_whoever_has_several_institutions_chooses(alpha: Site, beta: Site, north: Site, past: Past) -> None:
    root = people.staff("root", "Root", is_staff=True, is_superuser=True)
    now = timezone.now()
    past.enrolled(north, now)
    past.attempt(beta, now)
    people.configure(beta, time_zone="Pacific/Auckland")
    old = people.new_site("Old School", ready=False)
    people.configure(old, archived=True)

    page = logged_in(root, alpha).get(INDEX).content.decode()

    rows = re.findall(r'<a href="(/admin/sites/site/\d+/dashboard/)">([^<]+)</a></th>(.*?)</tr>', page)
    cells = {name: re.findall(r"<td>(\d+)</td>", rest) for _address, name, rest in rows}
    assert cells == {"Alpha School": ["1", "1", "0", "0", "1"], "Beta College": ["1", "0", "0", "1", "0"]}
    assert [address for address, _name, _rest in rows] == [url(alpha), url(beta)]
    assert "<svg" not in page.partition('class="gh-board')[2].partition('class="app-')[0]


def test_two_schools_without_their_district_are_a_choice(
    alpha: Site, north: Site, south: Site, past: Past
) -> None:
    user = people.staff(
        "theo", "Theo", *((each, Privilege.VIEW_SITE) for each in (north, south)), is_staff=True
    )

    page = logged_in(user, alpha).get(INDEX).content.decode()

    assert url(north) in page and url(south) in page and url(alpha) not in page


def test_whoever_sees_no_site_sees_no_dashboard(alpha: Site) -> None:
    client = logged_in(staff_of(alpha, "noah", Privilege.MANAGE_INVITATIONS), alpha)

    assert 'class="gh-board' not in client.get(INDEX).content.decode()


def test_the_sites_page_leads_there(as_anna: Client, alpha: Site) -> None:
    assert f'href="{url(alpha)}"' in as_anna.get(f"/admin/sites/site/{alpha.pk}/change/").content.decode()


def test_names_cannot_write_markup(as_anna: Client, alpha: Site, north: Site) -> None:
    Site.objects.filter(pk=north.pk).update(name="<b>North</b>")

    page = page_of(as_anna, alpha)

    assert "<b>North" not in page and "&lt;b&gt;North" in page
