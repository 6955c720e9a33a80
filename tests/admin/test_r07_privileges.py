"""R07: who looks, who changes, who makes whom a member of staff."""

from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse

from sites_config.models import Privilege, SitePrivilege, User
from tests import people
from tests.admin.filled import send
from tests.admin.patterns import patterns, url_of
from tests.admin.test_r07_every_url import OF_A_SITE, snapshot, urls
from tests.admin.world import World, logged_in


def change_url(user: User) -> str:
    return reverse("admin:sites_config_user_change", args=[user.pk])


def new_account(**values: object) -> dict[str, object]:
    inline = {"TOTAL_FORMS": 1, "INITIAL_FORMS": 0, "MIN_NUM_FORMS": 1, "MAX_NUM_FORMS": 1000}
    defaults = {"username": "dora", "first_name": "Dora", "is_active": "on", "is_staff": "on"}
    return defaults | {f"site_privileges-{name}": value for name, value in inline.items()} | values


def test_r07_who_may_only_look_changes_nothing(as_vera: Client, alphas: World) -> None:
    before = snapshot()

    for pattern in (each for each in patterns() if each.model):
        assert pattern.model is not None
        pk = alphas.row(pattern.model).pk
        targets = urls(pattern, pk) if pattern.name not in {"changelist", "add"} else [url_of(pattern)]
        for url in targets:
            assert as_vera.post(url, {"post": "yes", "_save": "1"}).status_code in {
                200,
                302,
                403,
                404,
                405,
            }, url
            may_open = pattern.name in {"changelist", "change", "history", "dashboard", "None"} | OF_A_SITE
            may_open &= (pattern.model, pattern.name) != (User, "history")
            assert (as_vera.get(url, follow=True).status_code == 200) is may_open, url

    assert snapshot() == before


def test_r07_a_privilege_at_the_district_counts_at_its_schools(alpha: Site, anna: User) -> None:
    school = people.new_site("North School", parent=alpha, ready=False)
    hall = people.new_site("North Hall", parent=school, ready=False)
    people.invite(hall, name="Deep below")

    as_anna = logged_in(anna, alpha)

    assert "Deep below" in as_anna.get(reverse("admin:enrollment_invitation_changelist")).content.decode()
    assert as_anna.get(reverse("admin:sites_site_change", args=[hall.pk])).context["has_change_permission"]


def test_r07_a_privilege_at_a_school_ends_there(alpha: Site, alphas: World) -> None:
    school = people.new_site("North School", parent=alpha, ready=False)
    head = people.staff("head", "Head", (school, Privilege.ADMINISTER_SITE), is_staff=True)

    as_head = logged_in(head, alpha)

    assert as_head.get(reverse("admin:sites_site_change", args=[alpha.pk])).status_code == 404
    assert "Aardvark" not in as_head.get(reverse("admin:enrollment_device_changelist")).content.decode()
    assert "Anna" not in as_head.get(reverse("admin:sites_config_user_changelist")).content.decode()


def test_r07_nobody_gives_more_than_they_hold(as_anna: Client, alphas: World) -> None:
    member, alpha = User.objects.get(username="staff-Aardvark"), alphas.site
    url = reverse("admin:sites_config_siteprivilege_add")

    def give(privilege: Privilege) -> bool:
        as_anna.post(url, {"site": alpha.pk, "user": member.pk, "privilege": privilege})
        return SitePrivilege.objects.filter(user=member, site=alpha, privilege=privilege).exists()

    assert give(Privilege.SEE_INVITATION_LINKS)
    assert give(Privilege.ADMINISTER_SITE) and give(Privilege.VIEW_SITE)
    assert not give(Privilege.ASSIGN_USERS)  # which Anna doesn't hold


def test_r07_an_administrator_makes_an_account_for_their_site(as_anna: Client, alpha: Site) -> None:
    values = {"site_privileges-0-site": alpha.pk, "site_privileges-0-privilege": "view-site"}

    answer: Any = as_anna.post(
        reverse("admin:sites_config_user_add"), new_account(is_superuser="on", **values)
    )

    dora = User.objects.get(username="dora")
    assert answer.status_code == 302 and answer.url == change_url(dora)
    assert dora.is_staff and not dora.is_superuser and not dora.has_usable_password()
    password = {"password1": "a long enough one", "password2": "a long enough one", "usable_password": "true"}
    assert as_anna.post(f"{change_url(dora).removesuffix('change/')}password/", password).status_code == 302
    dora.refresh_from_db()
    assert dora.check_password("a long enough one")


def test_r07_an_account_without_a_privilege_is_not_made(as_anna: Client, beta: Site) -> None:
    """Its maker would never see it again."""
    url = reverse("admin:sites_config_user_add")

    assert as_anna.post(url, new_account()).status_code == 200
    foreign = {"site_privileges-0-site": beta.pk, "site_privileges-0-privilege": "view-site"}
    assert as_anna.post(url, new_account(**foreign)).status_code == 200
    more = {"site_privileges-0-site": beta.pk, "site_privileges-0-privilege": "assign-users"}
    assert as_anna.post(url, new_account(**more)).status_code == 200
    assert not User.objects.filter(username="dora").exists()


@pytest.mark.parametrize("reason", ["works at Beta too", "superuser", "holds more than Anna"])
def test_r07_stronger_accounts_are_seen_and_not_changed(
    as_anna: Client, alpha: Site, beta: Site, reason: str
) -> None:
    """Whoever could set their password or e-mail address would be them."""
    erin = people.staff("erin", "Erin", (alpha, Privilege.VIEW_SITE), is_staff=True)
    if reason == "superuser":
        User.objects.filter(pk=erin.pk).update(is_superuser=True)
    elif reason == "works at Beta too":
        SitePrivilege.objects.create(site=beta, user=erin, privilege=Privilege.VIEW_SITE)
    else:
        SitePrivilege.objects.create(site=alpha, user=erin, privilege=Privilege.ASSIGN_USERS)
    before = User.objects.values().get(pk=erin.pk)

    page = as_anna.get(change_url(erin))
    assert page.status_code == 200 and "Set password" not in page.content.decode()
    assert "Beta College" not in page.content.decode()
    assert as_anna.post(change_url(erin), new_account(email="mine@alpha.test")).status_code == 403
    password = {"password1": "a long enough one", "password2": "a long enough one", "usable_password": "true"}
    assert as_anna.post(f"/admin/sites_config/user/{erin.pk}/password/", password).status_code == 403
    assert User.objects.values().get(pk=erin.pk) == before


def test_r07_a_weaker_account_is_changed(as_anna: Client, alphas: World) -> None:
    member = User.objects.get(username="staff-Aardvark")

    answer = send(as_anna, change_url(member), email="new@alpha.test", is_superuser="on")

    assert answer.status_code == 302
    member.refresh_from_db()
    assert member.email == "new@alpha.test" and not member.is_superuser
