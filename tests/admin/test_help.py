"""Enrollments in admin: who is where, and what staff do for somebody who is stuck."""

import re

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse

from enrollment.actions.tokens import digest
from enrollment.models import Certificate, Enrollment, Event, EventKind, Invitation, InvitationUse, Status
from sites_config.models import Privilege, User
from tests import people
from tests.admin.world import logged_in
from tests.visitor import Visitor, person_at

LIST = reverse("admin:enrollment_enrollment_changelist")


def url(enrollment: Enrollment, button: str = "") -> str:
    base = f"/admin/enrollment/enrollment/{enrollment.pk}/"
    return f"{base}press/{button}/" if button else f"{base}change/"


@pytest.fixture
def hana(alpha: Site) -> User:
    """Of the help desk."""
    privileges = (Privilege.VIEW_SITE, Privilege.HELP_PEOPLE)
    return people.staff("hana", "Hana Help", *((alpha, each) for each in privileges), is_staff=True)


@pytest.fixture
def as_hana(hana: User, alpha: Site) -> Client:
    return logged_in(hana, alpha)


def test_a_new_link_moves_an_enrollment_to_the_browser_that_opens_it(
    as_hana: Client, hana: User, alpha: Site
) -> None:
    lost, found = Visitor(), Visitor()
    enrollment = lost.start(people.invite(alpha)[1])

    page = as_hana.post(url(enrollment, "new_link")).content.decode()

    link = re.search(r'value="https://alpha\.test(/h/[\w-]+)"', page)
    assert link and 'aria-label="QR code of the link"' in page
    assert found.take(link[1]).status_code == 303
    enrollment.refresh_from_db()
    assert bytes(enrollment.key_sha256) == digest(found.key)
    assert Event.objects.get(kind=EventKind.HAND_OVER_OFFERED).actor == hana
    assert link[1].rsplit("/", 1)[1] not in as_hana.get(url(enrollment)).content.decode()


def test_r12_releasing_one_attempt_gives_its_use_back(as_hana: Client, hana: User, alpha: Site) -> None:
    invitation, token = people.invite(alpha)
    visitor = Visitor()
    enrollment = visitor.start(token)
    own = visitor.own

    answer = as_hana.post(url(enrollment, "release"), follow=True)

    assert "The invitation has its use back" in answer.content.decode()
    assert Invitation.objects.get(pk=invitation.pk).uses_held == 0
    assert visitor.see(f"{own}/").h1 == "This enrollment was ended"
    assert Event.objects.get(data__why="released").actor == hana


@pytest.mark.parametrize("stage", ["started", "profile-fetched", "certificate-issued", "authenticated"])
def test_cancelling_ends_what_is_under_way(as_hana: Client, alpha: Site, stage: str) -> None:
    visitor, _phone = person_at(stage, people.invite(alpha)[1])
    enrollment = visitor.enrollment

    asked = as_hana.post(url(enrollment, "cancel"), {"story": "1", "ask": "1"}).content.decode()
    before = enrollment.status
    enrollment.refresh_from_db()
    assert "Whoever is on the way has to begin again." in asked and enrollment.status == before
    assert '<input type="hidden" name="story" value="1"' in asked, "it leads back to where it was pressed"

    as_hana.post(url(enrollment, "cancel"))

    enrollment.refresh_from_db()
    assert enrollment.status == Status.EXPIRED
    assert not Certificate.objects.filter(revoked_at=None).exists()
    assert enrollment.invitation_use == (
        InvitationUse.SPENT if stage in ("certificate-issued", "authenticated") else InvitationUse.NONE
    )
    assert visitor.see(f"{visitor.own}/").h1 == "This enrollment was cancelled"
    visitor.post(f"{visitor.own}/failed/")  # "Try Again", from a page that was open before
    enrollment.refresh_from_db()
    assert enrollment.status == Status.EXPIRED


@pytest.mark.parametrize(
    ("stage", "shown"),
    [
        ("started", {"new_link", "release", "cancel"}),
        ("certificate-issued", {"cancel"}),
        ("enrolled", set()),
        ("failed", set()),
    ],
)
def test_only_what_helps_now_is_offered(as_hana: Client, alpha: Site, stage: str, shown: set[str]) -> None:
    visitor, _phone = person_at(stage, people.invite(alpha)[1])

    page = as_hana.get(url(visitor.enrollment)).content.decode()

    assert set(re.findall(r"/press/(\w+)/", page)) == shown
    assert "History" not in re.sub(r"<h2.*?</h2>", "", page)


@pytest.mark.parametrize("button", ["new_link", "release", "cancel"])
def test_who_may_only_look_helps_nobody(as_vera: Client, alpha: Site, button: str) -> None:
    enrollment = Visitor().start(people.invite(alpha)[1])

    assert as_vera.post(url(enrollment, button)).status_code == 403
    assert "press/" not in as_vera.get(url(enrollment)).content.decode()
    enrollment.refresh_from_db()
    assert enrollment.status == Status.STARTED


def test_a_second_cancel_says_that_there_is_nothing_to_do(as_hana: Client, alpha: Site) -> None:
    enrollment = Visitor().start(people.invite(alpha)[1])
    as_hana.post(url(enrollment, "cancel"))

    answer = as_hana.post(url(enrollment, "cancel"), follow=True)

    assert "“Cancel the attempt” has nothing to do here any more." in answer.content.decode()


def test_the_list_says_and_finds_at_which_screen_somebody_is(
    as_hana: Client, alice: User, alpha: Site
) -> None:
    people.let_assign(alice, alpha)
    asked, invited = Visitor(), Visitor()
    asked.log_in()
    invited.start(people.invite(alpha)[1])
    person_at("enrolled", people.invite(alpha)[1])

    def found(screen: str) -> set[int]:
        answer = as_hana.get(LIST, {"screen": screen})
        return {row.pk for row in answer.context["cl"].queryset}

    page = as_hana.get(LIST).content.decode()
    assert "Who will use this" in page and "Let … manage this" in page
    assert found("assign") == {asked.enrollment.pk}
    assert found("mdm-profile") == {invited.enrollment.pk}
    assert found("site") == set()
    assert "?screen=complete" not in page and "?screen=install" in page


def test_when_an_attempt_lapses_is_told_while_it_can(as_hana: Client, alpha: Site) -> None:
    started = Visitor().start(people.invite(alpha)[1])
    enrolled = person_at("enrolled", people.invite(alpha)[1])[0].enrollment

    assert "Idle until" in as_hana.get(url(started)).content.decode()
    assert "Idle until" not in as_hana.get(url(enrolled)).content.decode()


def test_a_page_that_is_not_there_is_one_for_staff(as_hana: Client) -> None:
    answer = as_hana.get("/admin/enrollment/enrollment/4711/change/")

    assert answer.status_code == 404
    assert "Back to the administration" in answer.content.decode()
