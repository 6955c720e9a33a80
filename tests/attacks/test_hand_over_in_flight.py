"""A hand-over while another request of the old browser is under way: what that request brings is nobody's any more."""

from collections.abc import Callable

import pytest
from django.contrib.sites.models import Site

from enrollment.actions import hand_overs
from enrollment.actions.hand_overs import HandOverGone, offer, take, with_token
from enrollment.actions.tokens import digest
from enrollment.models import Enrollment, HandOver, IssuedProfile, Status
from enrollment.signin import password
from enrollment.steps import mdm_profile, ownership
from enrollment.views import safari
from sites_config.models import User
from tests import people
from tests.moved_clock import Clock
from tests.visitor import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def old() -> Visitor:
    return Visitor()


@pytest.fixture
def new() -> Visitor:
    return Visitor()


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, happen: Callable[[], object]
) -> None:
    """``happen`` comes between what the request read and what it writes, once."""
    original, done = getattr(module, name), list[bool]()

    def in_between(*arguments: object, **named: object) -> object:
        if not done:
            done.append(True)
            happen()
        return original(*arguments, **named)

    monkeypatch.setattr(module, name, in_between)


@pytest.mark.parametrize("who", ["the same person", "the first to log in"])
def test_r01_a_login_in_flight_is_not_the_new_browsers(
    alpha: Site, alice: User, old: Visitor, new: Visitor, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    if who == "the same person":
        old.log_in()
    else:
        old.start(people.invite(alpha, login_required=True)[1])
    path, link = f"{old.own}/log-in/", old.hand_over()
    meanwhile(monkeypatch, password, "check", lambda: new.take(link))

    answer = old.log_in(path=path)

    assert answer.status_code == 410
    row = new.enrollment
    assert (row.signed_in_with, row.signed_in_user, row.signed_in_name) == ("", None, "")
    assert new.see(f"{new.own}/").h1 == "Log in"


def test_an_answer_in_flight_is_not_the_new_browsers(
    alpha: Site, alice: User, old: Visitor, new: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    people.allow_personal(alpha)
    old.log_in()
    path, link = old.reach("ownership"), old.hand_over()
    meanwhile(monkeypatch, ownership, "choose_ownership", lambda: new.take(link))

    assert old.post(path, {"ownership": "personal"}).status_code == 410
    assert new.enrollment.ownership == ""


def test_a_profile_in_flight_is_nobodys(
    alpha: Site, old: Visitor, new: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    old.start(people.invite(alpha)[1])
    path, link = old.reach("mdm-profile"), old.hand_over()
    meanwhile(monkeypatch, mdm_profile, "issue_profile", lambda: new.take(link))

    old.post(path)

    assert not IssuedProfile.objects.exists()
    assert new.enrollment.status == Status.STARTED
    new.go_on()
    assert new.get(new.profile_url).status_code == 200


@pytest.mark.parametrize("button", ["start-over", "log-out"])
def test_leaving_in_flight_ends_nothing_of_the_new_browser(
    alpha: Site, old: Visitor, new: Visitor, monkeypatch: pytest.MonkeyPatch, button: str
) -> None:
    old.start(people.invite(alpha)[1])
    path, link = f"{old.own}/{button}", old.hand_over()
    name = "begin_anew" if button == "start-over" else "leave"
    meanwhile(monkeypatch, safari, name, lambda: new.take(link))

    old.post(path)

    assert new.enrollment.status == Status.STARTED
    assert new.see(f"{new.own}/").h1.startswith("Let Alpha School manage")


def test_a_link_that_was_asked_for_in_flight_is_never_made(
    alpha: Site, old: Visitor, new: Visitor, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    row = old.start(people.invite(alpha)[1])
    key = old.key
    new.take(old.hand_over())
    made = HandOver.objects.count()

    with pytest.raises(HandOverGone):
        offer(row, key=key, now=clock.time)

    assert HandOver.objects.count() == made


def test_of_two_good_links_one_is_taken(alpha: Site, old: Visitor, clock: Clock) -> None:
    """Two that were made at the same moment: whatever withdraws the other came too late."""
    row = old.start(people.invite(alpha)[1])
    tokens = [hand_overs.offer_by_staff(row, actor=None, now=clock.time) for _each in range(2)]
    HandOver.objects.update(expires_at=clock.time + hand_overs.LIVES)
    first, second = (with_token(token) for token in tokens)
    assert first and second

    take(first, key="first", device="", now=clock.time)
    with pytest.raises(HandOverGone):
        take(second, key="second", device="", now=clock.time)

    assert bytes(Enrollment.objects.get().key_sha256) == digest("first")


def test_a_browser_takes_two_links_one_after_the_other(alpha: Site, new: Visitor) -> None:
    """With the cookie of before each time: the first answer was lost on the way."""
    olds = [Visitor(), Visitor()]
    for each in olds:
        each.start(people.invite(alpha)[1])
    new.start(people.invite(alpha)[1])
    before = new.key

    for each in olds:
        link, taken = each.hand_over(), each.enrollment
        new.client.cookies["__Host-gatehouse-key"] = before
        assert new.take(link).status_code == 303
        assert new.enrollment == taken
