"""Going on in another browser: the key and every answer move, the login doesn't, and the old browser is told."""

import pytest
from django.contrib.sites.models import Site

from enrollment.actions.hand_overs import offer_by_staff
from enrollment.actions.tokens import digest
from enrollment.models import AssignmentSource, Enrollment, Event, EventKind, HandOver, Status
from sites_config.models import Privilege, SitePrivilege, User
from tests import people
from tests.moved_clock import Clock
from tests.rules.tables import changed, dump
from tests.visitor import Visitor, fetch_profile, phone_without_network

pytestmark = pytest.mark.django_db
GONE = "This link no longer works"


@pytest.fixture
def old() -> Visitor:
    return Visitor()


@pytest.fixture
def new() -> Visitor:
    return Visitor(agent="iPad")


@pytest.fixture
def begun(alpha: Site, old: Visitor) -> Enrollment:
    return old.start(people.invite(alpha, max_uses=2)[1])


def test_the_enrollment_goes_on_in_the_new_browser_and_ends_in_the_old_one(
    alpha: Site, old: Visitor, new: Visitor, begun: Enrollment
) -> None:
    own = old.own
    page = new.see(old.hand_over())
    assert page.h1 == "Go on here?"

    answer = new.post(page.path)

    assert (answer.status_code, answer.headers["Location"]) == (303, f"{own}/")
    begun.refresh_from_db()
    assert bytes(begun.key_sha256) == digest(new.key)
    assert new.see(f"{own}/").h1.startswith("Let Alpha School manage")
    assert old.see(f"{own}/").h1 == "Continued on your iPhone or iPad"
    assert old.get(f"{own}/status").status_code == 404  # the waiting page's script then loads the page anew
    assert Visitor().see(f"{own}/").h1 == "This enrollment is not open in this browser"
    kinds = [event.kind for event in Event.objects.filter(enrollment=begun).order_by("pk")]
    assert kinds[-2:] == [EventKind.HAND_OVER_OFFERED, EventKind.HANDED_OVER]


def test_the_old_browser_is_told_on_which_device(old: Visitor, begun: Enrollment) -> None:
    own = old.own
    Visitor(agent="iPhone").take(old.hand_over())

    assert old.see(f"{own}/mdm-profile/").h1 == "Continued on your iPhone"
    assert old.see(f"{own}/hand-over").h1 == "Continued on your iPhone"


def test_every_answer_comes_along_except_the_sign_in(
    alpha: Site, alice: User, old: Visitor, new: Visitor
) -> None:
    school = people.new_site("Alpha Junior", parent=alpha, ready=False)
    people.new_site("Alpha Senior", parent=alpha, ready=False)
    people.let_assign(alice, alpha)
    people.person(alpha)
    old.log_in()
    old.reach("mdm-profile", {"user_name": "ana", "site": str(school.pk)})
    own, before = old.own, old.enrollment

    new.take(old.hand_over())

    row = new.enrollment
    assert (row.site, row.assigned_user_name, row.assignment_source) == (
        school,
        "ana",
        AssignmentSource.STAFF,
    )
    assert row.signed_in_with == "" and row.signed_in_name == "" and row.signed_in_at is None
    assert new.see(f"{own}/").h1 == "Log in"
    new.log_in(path=f"{own}/log-in/")
    assert new.see(f"{own}/").h1.startswith("Let Alpha Junior manage")
    row = new.enrollment
    assert (row.pk, row.site, row.assigned_user_name) == (before.pk, school, "ana")
    assert (row.signed_in_user, row.signed_in_name) == (alice, "Alice Archer")


def test_r01_somebody_else_who_logs_in_there_answers_anew(
    alpha: Site, alice: User, bob: User, old: Visitor, new: Visitor
) -> None:
    SitePrivilege.objects.create(site=alpha, user=bob, privilege=Privilege.ENROLL_MOBILE_DEVICES)
    people.let_assign(alice, alpha)
    people.person(alpha)
    old.log_in()
    old.reach("mdm-profile", {"user_name": "ana"})

    new.take(old.hand_over())
    new.log_in("bob", path=f"{new.own}/log-in/")

    row = new.enrollment
    assert (row.signed_in_user, row.assigned_user_name, row.answers) == (bob, "", {})


def test_a_profile_of_the_old_browser_is_withdrawn(
    alpha: Site, old: Visitor, new: Visitor, begun: Enrollment
) -> None:
    old.go_on()
    url = old.profile_url

    new.take(old.hand_over())

    assert Visitor().get(url).status_code == 410
    assert new.see(f"{new.own}/").h1.startswith("Let Alpha School manage")
    phone = phone_without_network()
    new.go_on()
    fetch_profile(new, phone)
    phone.install()
    phone.obtain_certificate()
    phone.authenticate()
    phone.token_update()
    assert new.see(f"{new.own}/").h1 == "Enrollment complete"
    assert Enrollment.objects.get().status == Status.ENROLLED


def test_looking_at_the_link_uses_nothing(old: Visitor, new: Visitor, begun: Enrollment) -> None:
    path = old.hand_over()
    before = dump()

    for _preview in range(50):
        assert new.get(path).status_code == 200
        assert old.get(f"{old.own}/hand-over").status_code == 200

    assert changed(before, dump()) == {}


def test_it_works_once(old: Visitor, new: Visitor, begun: Enrollment) -> None:
    path = old.hand_over()
    new.take(path)

    late = Visitor()
    assert late.see(path).h1 == GONE
    assert late.post(path).status_code == 410
    assert bytes(Enrollment.objects.get().key_sha256) == digest(new.key)


def test_a_double_click_arrives_once(old: Visitor, new: Visitor, begun: Enrollment) -> None:
    path = old.hand_over()
    first, second = new.take(path), new.post(path)

    assert first.headers["Location"] == second.headers["Location"] == f"{new.own}/"
    assert HandOver.objects.exclude(used_at=None).count() == 1


@pytest.mark.parametrize(("minutes", "good"), [(9.99, True), (10, False)])
def test_r09_it_lives_ten_minutes(
    old: Visitor, new: Visitor, begun: Enrollment, clock: Clock, minutes: float, good: bool
) -> None:
    path = old.hand_over()
    clock.forward(minutes=minutes)

    assert (new.see(path).h1 == "Go on here?") is good
    assert new.post(path).status_code == (303 if good else 410)


def test_the_link_stays_the_same_while_it_is_good_and_a_new_one_ends_it(
    old: Visitor, new: Visitor, begun: Enrollment, clock: Clock
) -> None:
    first = old.hand_over()
    clock.forward(minutes=4)
    assert old.hand_over() == first
    clock.forward(minutes=2)
    second = old.hand_over()

    assert second != first
    assert new.see(first).h1 == GONE and new.see(second).h1 == "Go on here?"


@pytest.mark.parametrize("event", ["idle", "a certificate", "left"])
def test_what_is_past_its_answers_is_handed_to_nobody(
    alpha: Site, old: Visitor, new: Visitor, begun: Enrollment, clock: Clock, event: str
) -> None:
    path = old.hand_over()
    if event == "idle":
        Enrollment.objects.update(idle_until=clock.time)
    elif event == "a certificate":
        Enrollment.objects.update(status=Status.CERTIFICATE_ISSUED)
    else:
        old.post(f"{old.own}/log-out")

    assert new.see(path).h1 == GONE
    assert new.post(path).status_code == 410
    assert not HandOver.objects.exclude(used_at=None).exists()


def test_a_browser_with_an_enrollment_of_its_own_keeps_that_apart(
    alpha: Site, old: Visitor, new: Visitor, begun: Enrollment
) -> None:
    own = new.start(people.invite(alpha)[1])

    assert new.take(old.hand_over()).status_code == 303

    assert new.enrollment == begun
    own.refresh_from_db()
    assert own.status == Status.STARTED and bytes(own.key_sha256) != digest(new.key)


def test_in_its_own_browser_the_link_leads_back(old: Visitor, begun: Enrollment) -> None:
    assert old.take(old.hand_over()).headers["Location"] == f"{old.own}/"
    assert not HandOver.objects.exclude(used_at=None).exists()


def test_without_cookies_nothing_is_used(old: Visitor, begun: Enrollment) -> None:
    path = old.hand_over()

    assert Visitor().post(path).status_code == 403
    assert not HandOver.objects.exclude(used_at=None).exists()


def test_r05_another_sites_host_knows_nothing_of_it(beta: Site, old: Visitor, begun: Enrollment) -> None:
    path = old.hand_over()
    stranger = Visitor("beta.test")

    assert stranger.see(path).h1 == GONE
    assert stranger.take(path).status_code == 410


def test_only_its_own_browser_makes_a_link(old: Visitor, new: Visitor, begun: Enrollment) -> None:
    new.get("/enroll/")

    assert new.post(f"{old.own}/hand-over").status_code == 403
    assert not HandOver.objects.exists()


def test_the_invitations_link_does_not_come_along(
    alpha: Site, old: Visitor, new: Visitor, begun: Enrollment
) -> None:
    """Whoever got hold of a hand-over gets one enrollment, not the other uses of its invitation."""
    new.take(old.hand_over())

    assert new.post(f"{new.own}/start-over").headers["Location"] == "/enroll/"


def test_staff_give_a_new_link_to_whoever_lost_their_browser(
    alice: User, old: Visitor, new: Visitor, begun: Enrollment, clock: Clock
) -> None:
    token = offer_by_staff(begun, actor=alice, now=clock.time)

    assert new.take(f"/h/{token}").status_code == 303
    assert bytes(Enrollment.objects.get().key_sha256) == digest(new.key)
    assert Event.objects.get(kind=EventKind.HAND_OVER_OFFERED).actor == alice


def test_safari_on_the_iphone_itself_is_not_offered_to_leave(old: Visitor, begun: Enrollment) -> None:
    here = old.get(old.reach("mdm-profile")).content.decode()
    elsewhere = old.get(old.reach("mdm-profile"), user_agent="Quokka/1.0").content.decode()

    assert "/hand-over" not in here and f'href="{old.own}/hand-over"' in elsewhere
