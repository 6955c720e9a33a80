"""R09: every lifetime ends by itself, to the second; no sweeper runs in these stories."""

import pytest
from django.contrib.sites.models import Site

from enrollment.actions import uses
from enrollment.models import Certificate, Enrollment, Status
from sites_config.models import User
from tests import people
from tests.moved_clock import Clock
from tests.phone.errors import PhoneError
from tests.visitor import Visitor, fetch_profile, person_at, phone_without_network

pytestmark = pytest.mark.django_db


def _title(visitor: Visitor) -> str:
    return visitor.see(visitor.own + "/").h1


def test_r09_two_idle_hours_end_an_enrollment(alpha: Site, clock: Clock) -> None:
    _row, token = people.invite(alpha)
    visitor = Visitor()
    visitor.start(token)

    clock.forward(hours=2, seconds=-1)
    assert _title(visitor).startswith("Let Alpha School manage")

    clock.forward(seconds=1)
    page = visitor.see(visitor.own + "/")
    assert (page.status, page.h1) == (410, "This enrollment has expired")
    assert page.link("Start again").url == f"https://alpha.test/i/{token}"


def test_r09_what_comes_too_late_is_refused_by_the_answer_itself(
    alpha: Site, alice: User, clock: Clock
) -> None:
    """The page was opened in time, the button pressed two hours later."""
    visitor = Visitor()
    visitor.log_in()
    path = visitor.reach("mdm-profile")
    clock.forward(hours=2)

    answer = visitor.post(path)

    assert answer.status_code == 410
    assert not visitor.enrollment.profiles.exists()


def test_r09_an_answer_begins_two_idle_hours_anew_and_a_look_does_not(
    alpha: Site, alice: User, clock: Clock
) -> None:
    _row, token = people.invite(alpha, login_required=True)
    visitor = Visitor()
    visitor.start(token)
    clock.forward(hours=1, minutes=59)
    visitor.log_in(path=f"{visitor.own}/log-in/")
    clock.forward(hours=1, minutes=59)
    assert _title(visitor).startswith("Let Alpha School manage")
    clock.forward(minutes=1)
    assert _title(visitor) == "This enrollment has expired"


def test_r09_twenty_four_hours_end_it_whatever_is_answered(alpha: Site, alice: User, clock: Clock) -> None:
    _row, token = people.invite(alpha, login_required=True)
    visitor = Visitor()
    visitor.start(token)
    for _answer in range(13):
        visitor.log_in(path=f"{visitor.own}/log-in/")
        clock.forward(hours=1, minutes=50)
    clock.forward(minutes=10, seconds=-1)
    visitor.go_on()

    clock.forward(seconds=1)

    page = visitor.see(visitor.own + "/")
    assert (page.status, page.h1) == (410, "This enrollment has expired")
    assert visitor.post(f"{visitor.own}/install/").status_code == 410


def test_r09_a_profile_url_lives_fifteen_minutes_from_continue(alpha: Site, clock: Clock) -> None:
    _row, token = people.invite(alpha)
    visitor, _phone = person_at("profile-issued", token, clock=clock.now)
    url = visitor.profile_url

    clock.forward(minutes=15, seconds=-1)
    assert visitor.get(url).status_code == 200

    clock.forward(seconds=1)
    page = visitor.see(url)
    assert (page.status, page.h1) == (410, "This download is no longer available")
    assert page.link("Return to enrollment").url == f"https://alpha.test{visitor.own}/"


@pytest.mark.parametrize(("late", "issued"), [(-1, True), (0, False)])
def test_r09_a_challenge_lives_thirty_minutes_from_its_serving(
    alpha: Site, clock: Clock, late: int, issued: bool
) -> None:
    _row, token = people.invite(alpha)
    visitor, phone = person_at("profile-issued", token, clock=clock.now)
    clock.forward(minutes=14)
    fetch_profile(visitor, phone)
    phone.install()

    clock.forward(minutes=30, seconds=late)

    assert _obtains_certificate(phone) is issued
    assert Certificate.objects.exists() is issued


def test_r09_a_second_serving_does_not_prolong_it(alpha: Site, clock: Clock) -> None:
    _row, token = people.invite(alpha)
    visitor, phone = person_at("profile-issued", token, clock=clock.now)
    url = visitor.profile_url
    visitor.get(url)
    clock.forward(minutes=10)
    phone.settings.receive(phone.settings.fetch(f"https://alpha.test{url}"))
    phone.install()

    clock.forward(minutes=20)

    assert not _obtains_certificate(phone)


@pytest.mark.parametrize(("late", "started"), [(-1, True), (0, False)])
def test_r09_an_invitation_ends_at_its_expiry(alpha: Site, clock: Clock, late: int, started: bool) -> None:
    row, token = people.invite(alpha)
    visitor = Visitor()
    visitor.get(f"/i/{token}")
    row.expires_at = clock.time
    row.save()

    clock.forward(seconds=late)

    assert visitor.see(f"/i/{token}").status == (200 if started else 410)
    assert visitor.post(f"/i/{token}").status_code == (303 if started else 410)
    assert Enrollment.objects.exists() is started


def test_r09_the_update_that_claims_asks_for_the_expiry_itself(alpha: Site, clock: Clock) -> None:
    """Whatever the page thought a moment before."""
    row, _token = people.invite(alpha, expires_at=clock.time)
    with pytest.raises(uses.UseRefused):
        uses.hold(row, now=clock.time)
    clock.forward(seconds=-1)
    uses.hold(row, now=clock.time)


@pytest.mark.parametrize(("late", "accepted"), [(-1, True), (0, False)])
def test_r09_an_unused_certificate_is_worthless_after_thirty_minutes(
    alpha: Site, clock: Clock, late: int, accepted: bool
) -> None:
    _row, token = people.invite(alpha)
    visitor, phone = person_at("certificate-issued", token, clock=clock.now)

    clock.forward(minutes=30, seconds=late)

    if accepted:
        phone.authenticate()
    else:
        with pytest.raises(PhoneError):
            phone.authenticate()
        assert visitor.get(f"{visitor.own}/status").content == b"expired"
    assert (visitor.enrollment.status == Status.AUTHENTICATED) is accepted


def test_r09_trying_again_after_that_revokes_the_unused_certificate(alpha: Site, clock: Clock) -> None:
    _row, token = people.invite(alpha)
    visitor, phone = person_at("certificate-issued", token, clock=clock.now)
    clock.forward(minutes=30)
    assert _title(visitor) == "Enrollment did not finish"

    visitor.post(f"{visitor.own}/failed/")

    assert visitor.enrollment.status == Status.PROFILE_ISSUED
    assert Certificate.objects.get().revoked_at == clock.time
    with pytest.raises(PhoneError):
        phone.authenticate()


def _obtains_certificate(phone: object) -> bool:
    try:
        phone.obtain_certificate()  # type: ignore[attr-defined]
    except PhoneError:
        return False
    return True


def test_r09_the_page_left_open_over_night_begins_anew(alpha: Site, alice: User, clock: Clock) -> None:
    visitor, phone = Visitor(), phone_without_network(clock=clock.now)
    visitor.log_in()
    visitor.go_on()
    fetch_profile(visitor, phone)
    clock.forward(hours=24)

    assert visitor.see("/enroll/").h1 == "Log in"
    visitor.log_in()

    assert Enrollment.objects.count() == 2
    assert _title(visitor).startswith("Let Alpha School manage")
