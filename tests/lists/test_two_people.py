"""Two administrators have one page open; the second saves."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sites.models import Site
from django.test import Client

from enrollment.models import DirectoryServer, Person
from sites_config.models import SiteConfiguration, User
from tests import people
from tests.admin.filled import values_of
from tests.admin.world import logged_in


@pytest.fixture
def as_other(alpha: Site) -> Client:
    return logged_in(people.staff("otto", "Otto", is_staff=True, is_superuser=True), alpha)


def opened(client: Client, url: str) -> dict[str, Any]:
    """What the browser would send, with what the page remembers of how it was made."""
    page = client.get(url)
    return values_of(page) | {"as_shown": page.context["as_shown"]}


def test_the_second_is_told_and_overwrites_nothing(as_anna: Client, as_other: Client, alpha: Site) -> None:
    row = people.person(alpha, "ben", "Ben Berg", room="7")
    url = f"/admin/enrollment/person/{row.pk}/change/"
    annas, others = opened(as_anna, url), opened(as_other, url)
    assert as_other.post(url, others | {"room": "9", "full_name": "Benno Berg"}).status_code == 302

    page = as_anna.post(url, annas | {"room": "12"})

    text = page.content.decode()
    assert page.status_code == 200 and "Somebody changed this meanwhile" in text
    assert "Room is now: 9." in text and "Full name is now: Benno Berg." in text
    assert 'value="12"' in text  # what she typed
    row.refresh_from_db()
    assert (row.room, row.full_name) == ("9", "Benno Berg")

    assert as_anna.post(url, values_of(page) | {"as_shown": page.context["as_shown"]}).status_code == 302
    row.refresh_from_db()
    assert (row.room, row.full_name) == ("12", "Ben Berg")  # now she has seen theirs


def test_who_comes_alone_is_told_nothing(as_anna: Client, alpha: Site) -> None:
    row = people.person(alpha, "ben", "Ben Berg")
    url = f"/admin/enrollment/person/{row.pk}/change/"

    for room in ("1", "2"):
        assert as_anna.post(url, opened(as_anna, url) | {"room": room}).status_code == 302

    assert Person.objects.get().room == "2"


def test_rows_below_the_row_count_too(as_anna: Client, as_other: Client, alpha: Site) -> None:
    """A site's settings stand in another table than its name."""
    url = f"/admin/sites/site/{alpha.pk}/change/"
    annas, others = opened(as_anna, url), opened(as_other, url)
    assert as_other.post(url, others | {"configuration-0-support_phone": "+1 555 0199"}).status_code == 302

    page = as_anna.post(url, annas | {"configuration-0-portal_open": "false"})

    assert "Support phone of Alpha School is now: +1 555 0199." in page.content.decode()
    row = SiteConfiguration.objects.get(site=alpha)
    assert (row.support_phone, row.portal_open) == ("+1 555 0199", None)


def test_a_privilege_that_somebody_gave_meanwhile(as_anna: Client, as_other: Client, alpha: Site) -> None:
    member = people.staff("erin", "Erin")
    url = f"/admin/sites_config/user/{member.pk}/change/"
    mine, theirs = opened(as_other, url), opened(as_other, url)
    given = {"site_privileges-TOTAL_FORMS": "1", "site_privileges-0-site": str(alpha.pk)}
    as_other.post(url, theirs | given | {"site_privileges-0-privilege": "view-site"})
    assert member.site_privileges.count() == 1

    assert as_other.post(url, mine | {"first_name": "Erina"}).status_code == 302  # privileges are only given

    assert User.objects.get(pk=member.pk).first_name == "Erina" and member.site_privileges.count() == 1


def test_a_secret_that_somebody_entered_meanwhile(as_anna: Client, as_other: Client, alpha: Site) -> None:
    server = DirectoryServer.objects.create(
        site=alpha, name="LDAP", hosts="ldap.example", user_base="dc=example", bind_dn="cn=reader,dc=example"
    )
    url = f"/admin/enrollment/directoryserver/{server.pk}/change/"
    annas, others = opened(as_anna, url), opened(as_other, url)
    assert as_other.post(url, others | {"bind_password": "first secret"}).status_code == 302

    page = as_anna.post(url, annas | {"bind_password": "second secret"})

    assert "Bind password is now: another one." in page.content.decode()
    assert "first secret" not in page.content.decode()
    assert LogEntry.objects.count() == 1


def test_a_row_that_is_gone(as_anna: Client, alpha: Site) -> None:
    row = people.person(alpha, "ben", "Ben Berg")
    url = f"/admin/enrollment/person/{row.pk}/change/"
    annas = opened(as_anna, url)
    row.delete()

    assert as_anna.post(url, annas).status_code == 404


@pytest.mark.parametrize("carried", ["", "no json", "[1]", "{}"])
def test_a_page_that_carried_nothing_is_taken_as_before(as_anna: Client, alpha: Site, carried: str) -> None:
    row = people.person(alpha, "ben", "Ben Berg")
    url = f"/admin/enrollment/person/{row.pk}/change/"

    sent = opened(as_anna, url) | {"as_shown": carried, "room": "4"}

    assert as_anna.post(url, sent).status_code == 302
