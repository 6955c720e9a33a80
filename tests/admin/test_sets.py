"""R07: named sets of privileges, and what each lets people do."""

import re
from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from enrollment.actions.invitation_sending import send as send_invitations
from enrollment.models import Device, Invitation
from sites_config.models import SETS, Privilege, PrivilegeSet, SitePrivilege, User, described
from sites_config.references import spoken
from tests import people
from tests.admin.filled import send
from tests.admin.test_r07_privileges import new_account
from tests.admin.world import World, logged_in
from tests.visitor import Visitor, person_at

ACCOUNTS = reverse("admin:sites_config_user_changelist")
ADD = reverse("admin:sites_config_user_add")


def held(user: User, site: Site) -> set[str]:
    return set(SitePrivilege.objects.filter(user=user, site=site).values_list("privilege", flat=True))


def with_set(name: str, site: Site) -> dict[str, object]:
    return new_account(**{"site_privileges-0-site": site.pk, "site_privileges-0-privilege": name})


@pytest.mark.parametrize("name", PrivilegeSet)
def test_a_set_becomes_a_row_for_each_privilege(as_root: Client, alpha: Site, name: PrivilegeSet) -> None:
    assert as_root.post(ADD, with_set(name, alpha)).status_code == 302

    assert held(User.objects.get(username="dora"), alpha) == SETS[name]
    assert f"{name.label} at Alpha School" in as_root.get(ACCOUNTS).content.decode()


def test_a_set_fills_up_what_somebody_has_already(as_root: Client, alpha: Site, alice: User) -> None:
    url = reverse("admin:sites_config_siteprivilege_add")
    values = {"site": alpha.pk, "user": alice.pk, "privilege": PrivilegeSet.HELP_DESK}

    assert as_root.post(url, values).status_code == 302
    assert held(alice, alpha) == SETS[PrivilegeSet.HELP_DESK]

    again = as_root.post(url, values)
    assert "The account has all of these already." in again.content.decode()


def test_r07_nobody_gives_a_set_beyond_what_they_hold(as_anna: Client, alpha: Site) -> None:
    answer = as_anna.post(ADD, with_set(PrivilegeSet.HELP_DESK, alpha))

    assert (
        answer.status_code == 200
        and "You don&#x27;t hold this at Alpha School yourself" in answer.content.decode()
    )
    assert not User.objects.filter(username="dora").exists()
    assert as_anna.post(ADD, with_set(PrivilegeSet.AUDITOR, alpha)).status_code == 302


def test_a_set_takes_the_place_of_a_privilege_that_goes_in_the_same_save(
    as_root: Client, alpha: Site, alice: User
) -> None:
    row = SitePrivilege.objects.get(user=alice)
    url = reverse("admin:sites_config_user_change", args=[alice.pk])
    changes = {
        "site_privileges__TOTAL_FORMS": 2,
        "site_privileges__0__DELETE": "on",
        "site_privileges__1__site": alpha.pk,
        "site_privileges__1__privilege": PrivilegeSet.HELP_DESK,
    }

    assert send(as_root, url, **changes).status_code == 302

    assert held(alice, alpha) == SETS[PrivilegeSet.HELP_DESK]
    assert not SitePrivilege.objects.filter(pk=row.pk).exists()


def test_a_set_and_a_privilege_of_it_are_one_too_many(as_root: Client, alpha: Site) -> None:
    twice = {
        "site_privileges-TOTAL_FORMS": 2,
        "site_privileges-1-site": alpha.pk,
        "site_privileges-1-privilege": Privilege.ASSIGN_USERS,
    }

    answer = as_root.post(ADD, with_set(PrivilegeSet.ENROLLMENT_ONLY, alpha) | twice)

    assert answer.status_code == 200 and "Two rows give the same privilege" in answer.content.decode()


def test_names_of_sets_and_of_single_privileges() -> None:
    assert described(SETS[PrivilegeSet.ADMINISTRATOR]) == "Administrator"
    assert described([Privilege.ASSIGN_USERS]) == "Assign Users to Mobile Devices"


def test_privileges_for_the_administration_without_access_to_it_are_named(
    as_root: Client, alpha: Site
) -> None:
    without = {
        key: value
        for key, value in with_set(PrivilegeSet.ENROLLMENT_ONLY, alpha).items()
        if key != "is_staff"
    }

    assert "may not open it: tick" in as_root.post(ADD, without, follow=True).content.decode()

    User.objects.all().filter(username="dora").delete()
    asked = as_root.post(ADD, with_set(PrivilegeSet.ENROLLMENT_ONLY, alpha), follow=True)
    assert "may not open it: tick" not in asked.content.decode()


@pytest.fixture
def as_erik(alpha: Site) -> Client:
    """Enrollment Only."""
    rows = [(alpha, each) for each in SETS[PrivilegeSet.ENROLLMENT_ONLY]]
    return logged_in(people.staff("erik", "Erik Enroll", *rows, is_staff=True), alpha)


def test_enrollment_only_works_with_invitations_and_sees_nothing_else(
    as_erik: Client, alphas: World, betas: World
) -> None:
    add = reverse("admin:enrollment_invitation_add")
    made: Any = send(as_erik, add, site=alphas.site.pk, name="Grade 4")
    row = Invitation.objects.get(name="Grade 4")
    page = as_erik.get(reverse("admin:enrollment_invitation_changelist")).content.decode()

    assert made.url == f"/admin/enrollment/invitation/{row.pk}/change/"
    assert "Invitation Aardvark" in page and "Buffalo" not in page
    as_erik.post(f"/admin/enrollment/invitation/{row.pk}/press/revoke/")
    row.refresh_from_db()
    assert row.revoked_at is not None
    for name in ("enrollment_enrollment", "enrollment_device", "sites_config_user", "sites_site"):
        assert as_erik.get(reverse(f"admin:{name}_changelist")).status_code == 403, name
    foreign = Invitation.objects.get(site=betas.site)
    assert as_erik.get(reverse("admin:enrollment_invitation_change", args=[foreign.pk])).status_code == 404


def invitation_page(client: Client, row: Invitation) -> str:
    return client.get(reverse("admin:enrollment_invitation_change", args=[row.pk])).content.decode()


def test_enrollment_only_is_told_what_became_of_an_invitation(as_erik: Client, alpha: Site) -> None:
    row, token = people.invite(alpha, email="cem@home.example", assigned_full_name="Cem Cruz")
    assert "Nobody yet." in invitation_page(as_erik, row)
    send_invitations([row], actor=None, now=timezone.now())
    enrollment = Visitor().start(token)

    page = invitation_page(as_erik, row)

    assert "Nobody yet." not in page and "Nothing yet." not in page
    assert spoken(enrollment.reference) in page and "Held for this attempt" in page
    assert 'id="sent-heading"' in page and "Invitation handed to be sent" in page
    # What they may not open is no link.
    for href in re.findall(r'<a href="(/admin/enrollment/[^"]*/change/)', page):
        assert as_erik.get(href).status_code == 200, href


def test_uses_that_are_stored_no_longer_were_uses(as_erik: Client, alpha: Site) -> None:
    row, _token = people.invite(alpha)
    Invitation.objects.update(uses_spent=1)

    page = invitation_page(as_erik, row)

    assert "Nobody yet." not in page and "Its uses are counted above" in page


def test_who_helps_people_reads_the_timeline_of_what_they_see(alpha: Site) -> None:
    visitor, _phone = person_at("enrolled", people.invite(alpha)[1])
    client = logged_in(people.staff("hana", "Hana", (alpha, Privilege.HELP_PEOPLE), is_staff=True), alpha)

    for name, row in {"enrollment": visitor.enrollment, "device": Device.objects.get()}.items():
        page = client.get(reverse(f"admin:enrollment_{name}_change", args=[row.pk])).content.decode()
        assert "Nothing yet." not in page and "Status changed" in page
