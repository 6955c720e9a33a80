"""Every way in which the administration changes something is told with the values before and after."""

from datetime import timedelta

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.utils import timezone

from enrollment.models import AccessGroup
from sites_config.models import SETS, LoggedChange, Privilege, PrivilegeSet, SiteNotice, User
from tests import people
from tests.admin.filled import send
from tests.admin.test_logged_changes import told
from tests.admin.test_r07_privileges import new_account

DAY = timedelta(days=1)


def newest() -> LoggedChange:
    return LoggedChange.objects.latest("pk")


@pytest.mark.parametrize("way", ["account", "privilege"])
def test_every_privilege_of_a_set_is_named(as_root: Client, alpha: Site, way: str) -> None:
    if way == "account":
        row = {"site_privileges-0-site": alpha.pk, "site_privileges-0-privilege": PrivilegeSet.HELP_DESK}
        assert as_root.post("/admin/sites_config/user/add/", new_account(**row)).status_code == 302
    else:
        user = people.staff("dora", "Dora Dane", is_staff=True)
        sent = {"site": alpha.pk, "user": user.pk, "privilege": PrivilegeSet.HELP_DESK}
        assert as_root.post("/admin/sites_config/siteprivilege/add/", sent).status_code == 302

    change = LoggedChange.objects.get(site=alpha)
    assert "dora" in change.subject
    for each in SETS[PrivilegeSet.HELP_DESK]:
        assert each.label in change.told, each


def test_who_is_a_superuser_is_read_by_superusers_alone(
    as_root: Client, as_vera: Client, alpha: Site
) -> None:
    user = people.staff("dora", "Dora Dane", (alpha, Privilege.ENROLL_MOBILE_DEVICES), is_staff=True)
    url = f"/admin/sites_config/user/{user.pk}/change/"
    send(as_root, url, is_superuser="on")
    send(as_root, url, is_superuser="", email="dora@school.example")
    row = {"site_privileges-0-site": alpha.pk, "site_privileges-0-privilege": Privilege.VIEW_SITE}
    as_root.post("/admin/sites_config/user/add/", new_account(username="erin", **row))
    assert User.objects.filter(username="erin").exists()

    page = told(as_vera)
    assert "dora@school.example" in page and "erin" in page and "uperuser" not in page
    assert not LoggedChange.objects.filter(site=alpha, told__icontains="superuser").exists()
    page = told(as_root)
    for words in ("Superuser status: no → yes", "Superuser status: yes → no"):
        assert words in page, words
    assert LoggedChange.objects.filter(site=None).count() == 3


def test_a_list_of_accounts_tells_nothing_of_sites_out_of_reach(
    as_anna: Client, alpha: Site, beta: Site
) -> None:
    """By whatever lookup an address may ask for."""
    privileges = [(each, Privilege.ENROLL_MOBILE_DEVICES) for each in (alpha, beta)]
    dora = people.staff("dora", "Dora Dane", *privileges)
    every = accounts(as_anna, "")
    assert dora in every and len(every) > 1

    asked = [f"__{ending}={beta.pk}" for ending in ("id__exact", "exact", "gte", "id__isnull", "isnull=0&x")]
    for ask in (*asked, f"={beta.pk}", f"__gte={beta.pk}&site_privileges__site__lt={beta.pk + 1}"):
        assert accounts(as_anna, f"site_privileges__site{ask}") in ([], every), ask
    assert accounts(as_anna, f"site_privileges__site__id__exact={alpha.pk}") == every
    for ask in (
        "is_superuser=1",
        "is_superuser__exact=1",
        "password__startswith=p",
        "site_privileges__privilege=x",
    ):
        assert accounts(as_anna, ask) == [], ask


def accounts(client: Client, query: str) -> list[User]:
    """What the list shows, nothing where it refuses."""
    answer = client.get(f"/admin/sites_config/user/?{query}")
    return list(answer.context["cl"].result_list) if answer.status_code == 200 and answer.context else []


def test_of_a_long_text_the_log_has_the_place_that_was_changed(as_root: Client, alpha: Site) -> None:
    notice = SiteNotice.objects.create(
        site=alpha, text_en="Word " * 50 + "at nine.", starts_at=timezone.now(), ends_at=timezone.now() + DAY
    )
    send(as_root, f"/admin/sites_config/sitenotice/{notice.pk}/change/", text_en="Word " * 50 + "at ten.")

    change = newest().told
    assert "at nine." in change and "at ten." in change


@pytest.mark.parametrize("number", [30, 120])
def test_of_many_choices_the_log_has_those_that_were_changed(
    as_root: Client, alpha: Site, number: int
) -> None:
    schools = [
        people.new_site(f"School number {each:03}", parent=alpha, ready=False) for each in range(number)
    ]
    group = AccessGroup.objects.create(site=alpha, group_name="Teachers")
    group.sites.set(schools)
    send(
        as_root, f"/admin/enrollment/accessgroup/{group.pk}/change/", sites=[each.pk for each in schools[:-1]]
    )

    old, _arrow, new = newest().told.partition(" → ")
    assert schools[-1].name in old and schools[-1].name not in new and schools[-2].name in new
    assert number > 30 or all(each.name in old for each in schools)
    assert len(newest().told) < 4000
