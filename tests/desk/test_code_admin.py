"""Codes in admin: made by the help desk for somebody on the telephone, shown once, revoked."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse

from enrollment.models import AccessCode, Enrollment, Event, EventKind, Invitation
from sites_config.models import Privilege, SitePrivilege, User
from tests import people
from tests.admin.world import logged_in
from tests.desk.test_code import enter, refused
from tests.moved_clock import Clock
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db
ADD = reverse("admin:enrollment_accesscode_add")
CODE = re.compile(r'class="gatehouse-code">([2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4})<')


def make(
    client: Client, site: Site, path: str = ADD, *, leads_to: str = "log-in", lives: str = "hour"
) -> str:
    """The code that the page shows."""
    assert client.get(path).status_code == 200
    answer = client.post(path, {"site": site.pk, "leads_to": leads_to, "lives": lives})
    shown = CODE.search(answer.content.decode())
    assert shown, answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    return shown[1]


def test_a_code_for_an_enrollment_replaces_its_invitation(as_hana: Client, hana: User, alpha: Site) -> None:
    lost, found = Visitor(), Visitor()
    row = lost.start(people.invite(alpha)[1])
    story = as_hana.get(reverse("admin:help_story", args=["enrollment", row.pk])).content.decode()
    path = f"{ADD}?enrollment={row.pk}"
    assert path in story
    assert "https://alpha.test/code/" in as_hana.get(path).content.decode()

    code = make(as_hana, alpha, path, leads_to="invitation")

    assert enter(found, code).status_code == 303
    assert found.enrollment.invitation == row.invitation
    made = Event.objects.get(kind=EventKind.CODE_MADE)
    assert (made.actor, made.enrollment, made.invitation) == (hana, row, row.invitation)
    assert AccessCode.objects.get().started == found.enrollment
    text = as_hana.get(reverse("admin:help_story", args=["enrollment", found.enrollment.pk])).content.decode()
    assert "They began with an access code: it leads to an invitation." in text


def test_the_code_is_on_no_other_page(as_hana: Client, alpha: Site) -> None:
    row = Visitor().start(people.invite(alpha)[1])
    code = make(as_hana, alpha, f"{ADD}?enrollment={row.pk}", leads_to="invitation")
    open_code = AccessCode.objects.get()

    for path in (
        reverse("admin:enrollment_accesscode_changelist"),
        reverse("admin:enrollment_accesscode_change", args=[open_code.pk]),
        reverse("admin:help_story", args=["enrollment", row.pk]),
        reverse("admin:enrollment_enrollment_change", args=[row.pk]),
    ):
        page = as_hana.get(path).content.decode()
        assert code not in page and code.replace("-", "") not in page and "invitation" in page


def test_a_code_for_the_log_in_is_for_nobody_in_particular(as_hana: Client, alpha: Site, alice: User) -> None:
    code, visitor = make(as_hana, alpha), Visitor()

    own = enter(visitor, code).headers["Location"]

    assert visitor.see(own).h1 == "Log in" and visitor.enrollment.invitation is None


def test_a_code_is_revoked_from_the_story(as_hana: Client, alpha: Site) -> None:
    row = Visitor().start(people.invite(alpha)[1])
    code = make(as_hana, alpha, f"{ADD}?enrollment={row.pk}")
    story = reverse("admin:help_story", args=["enrollment", row.pk])
    press = re.search(
        r'action="(/admin/enrollment/accesscode/\d+/press/revoke/)"', as_hana.get(story).content.decode()
    )
    assert press

    as_hana.post(press[1])

    assert refused(enter(Visitor(), code))
    page = as_hana.get(story).content.decode()
    assert press[1] not in page and "An access code was revoked" in page


@pytest.mark.parametrize(
    ("lives", "made", "ends"),
    [
        ("quarter", "09:00", "09:15"),
        ("hour", "09:00", "10:00"),
        ("today", "09:00", "16:00"),
        ("today", "07:00", "15:00"),  # eight hours are the most
        ("today", "16:00", "24:00"),
        ("today", "15:59", "16:00"),
    ],
)
def test_how_long_it_lives_by_the_clock_of_the_site(
    hana: User, alpha: Site, clock: Clock, lives: str, made: str, ends: str
) -> None:
    zone = ZoneInfo("Asia/Kolkata")
    people.configure(alpha, time_zone="Asia/Kolkata")
    today = clock.time.astimezone(zone).date()
    clock.time = datetime.fromisoformat(f"{today}T{made}").replace(tzinfo=zone)

    make(logged_in(hana, alpha), alpha, lives=lives)

    expires = AccessCode.objects.get().expires_at
    hour, minute = map(int, ends.split(":"))
    begun = datetime.combine(today, datetime.min.time(), tzinfo=zone)
    assert (expires - begun).total_seconds() == (hour * 60 + minute) * 60


def test_a_code_of_any_invitation_needs_the_privilege_to_see_its_link(
    as_hana: Client, hana: User, alpha: Site
) -> None:
    invitation, _token = people.invite(alpha)
    path = f"{ADD}?invitation={invitation.pk}"
    assert as_hana.get(path).status_code == 403
    assert (
        as_hana.post(path, {"site": alpha.pk, "leads_to": "invitation", "lives": "hour"}).status_code == 403
    )

    SitePrivilege.objects.create(site=alpha, user=hana, privilege=Privilege.SEE_INVITATION_LINKS)

    code = make(as_hana, alpha, path, leads_to="invitation")
    visitor = Visitor()
    enter(visitor, code)
    assert visitor.enrollment.invitation == invitation and Invitation.objects.get().uses_held == 1


def test_who_may_only_look_makes_none_and_revokes_none(as_vera: Client, as_hana: Client, alpha: Site) -> None:
    make(as_hana, alpha)
    row = AccessCode.objects.get()

    assert as_vera.get(ADD).status_code == 403
    assert as_vera.post(ADD, {"site": alpha.pk, "leads_to": "log-in", "lives": "hour"}).status_code == 403
    assert as_vera.post(f"/admin/enrollment/accesscode/{row.pk}/press/revoke/").status_code == 403
    assert as_vera.get(reverse("admin:enrollment_accesscode_changelist")).status_code == 200
    row.refresh_from_db()
    assert row.revoked_at is None and AccessCode.objects.count() == 1


def test_r07_no_code_for_another_site(as_hana: Client, alpha: Site, beta: Site) -> None:
    foreign = Visitor("beta.test").start(people.invite(beta)[1])
    invitation, _token = people.invite(beta)

    assert as_hana.get(f"{ADD}?enrollment={foreign.pk}").status_code == 404
    assert as_hana.get(f"{ADD}?invitation={invitation.pk}").status_code == 404
    answer = as_hana.post(ADD, {"site": beta.pk, "leads_to": "log-in", "lives": "hour"})
    assert "Select a valid choice" in answer.content.decode() and "Beta" not in answer.content.decode()
    nonsense = as_hana.get(f"{ADD}?enrollment=x")
    assert nonsense.status_code == 404 and not AccessCode.objects.exists()
    assert Enrollment.objects.count() == 1


def test_r06_a_school_makes_none_for_an_invitation_of_the_district(alpha: Site) -> None:
    """It is told nothing of the invitation through the enrollment that began with it, and can help all the same."""
    school = people.new_site("North School", parent=alpha, ready=False)
    helper = people.staff("hilda", "Hilda Help", (school, Privilege.HELP_PEOPLE), is_staff=True)
    row = Visitor().start(people.invite(alpha, name="Poster of the district")[1])
    Enrollment.objects.filter(pk=row.pk).update(site=school)
    path, client = f"{ADD}?enrollment={row.pk}", logged_in(helper, alpha)

    assert "Poster of the district" not in client.get(path).content.decode()
    sent = {"site": school.pk, "leads_to": "invitation", "lives": "hour"}
    assert not CODE.search(client.post(path, sent).content.decode())
    make(client, school, path)
    assert AccessCode.objects.get().invitation is None
