"""R12: a use of an invitation is held from Start, spent with the certificate, and returned with a failed attempt."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sites.models import Site

from enrollment.actions.invitations import release, revoke
from enrollment.models import Certificate, Enrollment, Event, EventKind, Invitation, Status
from sites_config.models import SiteConfiguration, User
from tests import people
from tests.moved_clock import Clock
from tests.visitor import STAGES, Visitor, as_page, fetch_profile, person_at, phone_without_network

Way = Callable[..., object]
pytestmark = pytest.mark.django_db


def _uses(row: Invitation) -> tuple[int, int]:
    """(held, spent)"""
    row.refresh_from_db()
    return row.uses_held, row.uses_spent


@pytest.mark.parametrize("stage", STAGES)
def test_r12_held_from_start_and_spent_at_the_certificate(alpha: Site, stage: str) -> None:
    row, token = people.invite(alpha, max_uses=3)

    person_at(stage, token)

    held = stage in ("started", "profile-issued", "profile-fetched")
    spent = stage in ("certificate-issued", "authenticated", "enrolled", "failed")
    assert _uses(row) == (int(held), int(spent))


def test_r12_a_second_browser_reads_when_it_was_started_and_whom_to_ask(alpha: Site, clock: Clock) -> None:
    clock.time = datetime(2027, 3, 1, 7, 3, tzinfo=ZoneInfo("UTC"))
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.time_zone, configuration.languages = "Europe/Berlin", "de,en"
    configuration.save()
    _row, token = people.invite(alpha)
    Visitor().start(token)
    clock.forward(minutes=30)

    english, german = Visitor().see(f"/i/{token}"), Visitor(language="de").see(f"/i/{token}")

    assert english.status == 409
    assert english.h1 == "This invitation was started elsewhere"
    assert "8:03 a.m." in english.text and "ask Alpha School IT desk to release it" in english.text
    assert "08:03" in german.text
    assert as_page(Visitor().post(f"/i/{token}")).status == 403, "and without the page's cookie not even that"


def test_r12_the_second_browser_cannot_start_it_by_force(alpha: Site) -> None:
    row, token = people.invite(alpha)
    second = Visitor()
    second.get(f"/i/{token}")
    Visitor().start(token)

    page = as_page(second.post(f"/i/{token}"))

    assert (page.status, page.h1) == (409, "This invitation was started elsewhere")
    assert _uses(row) == (1, 0) and Enrollment.objects.count() == 1


def test_r12_the_first_browser_comes_back_to_its_own(alpha: Site) -> None:
    _row, token = people.invite(alpha)
    visitor = Visitor()
    visitor.start(token)

    page = visitor.see(f"/i/{token}")

    assert page.h1 == "Go on with this enrollment?"
    assert page.link("Continue").url == f"https://alpha.test{visitor.own}/"


def test_r12_staff_release_it_and_the_second_browser_starts(alpha: Site, alice: User, clock: Clock) -> None:
    row, token = people.invite(alpha)
    first, second = Visitor(), Visitor()
    first.start(token)
    first.go_on()
    url = first.profile_url

    assert release(row, actor=alice, now=clock.time) == 1

    assert _uses(row) == (0, 0)
    assert second.start(token)
    assert first.enrollment.status == Status.EXPIRED
    assert first.get(url).status_code == 410, "what was on its way is withdrawn"
    noted = Event.objects.get(kind=EventKind.INVITATION_RELEASED)
    assert (noted.actor, noted.invitation) == (alice, row)


def test_r12_after_a_certificate_nothing_is_released(alpha: Site, alice: User, clock: Clock) -> None:
    row, token = people.invite(alpha)
    visitor, _phone = person_at("certificate-issued", token)

    assert release(row, actor=alice, now=clock.time) == 0

    assert _uses(row) == (0, 1) and visitor.enrollment.status == Status.CERTIFICATE_ISSUED


def test_r12_an_attempt_that_lapsed_gives_its_use_to_whoever_asks_next(alpha: Site, clock: Clock) -> None:
    row, token = people.invite(alpha)
    first, second = Visitor(), Visitor()
    first.start(token)
    clock.forward(hours=2)

    assert second.see(f"/i/{token}").h1 == "Enroll this iPhone"
    second.start(token)

    assert _uses(row) == (1, 0)
    assert first.enrollment.status == Status.EXPIRED


@pytest.mark.parametrize("way", ["log-out", "start-over"])
def test_r12_leaving_before_the_profile_returns_it(alpha: Site, way: str) -> None:
    row, token = people.invite(alpha)
    visitor = Visitor()
    visitor.start(token)

    visitor.post(f"{visitor.own}/{way}")

    assert _uses(row) == (0, 0)
    assert Visitor().start(token)


def test_r12_trying_again_after_a_certificate_spends_no_second_use(alpha: Site) -> None:
    row, token = people.invite(alpha)
    visitor, _phone = person_at("failed", token)

    visitor.post(f"{visitor.own}/failed/")
    phone = phone_without_network()
    fetch_profile(visitor, phone)
    phone.management.run()

    assert _uses(row) == (0, 1)
    assert visitor.enrollment.status == Status.ENROLLED
    assert Certificate.objects.filter(revoked_at=None).count() == 1


def test_r12_who_let_it_lapse_may_find_it_used_up_by_another(alpha: Site, clock: Clock) -> None:
    row, token = people.invite(alpha)
    first, _phone = person_at("profile-issued", token, clock=clock.now)
    clock.forward(hours=2)
    person_at("enrolled", token, clock=clock.now)

    page = as_page(first.post(f"{first.own}/failed/"))

    assert (page.status, page.h1) == (410, "This invitation was already used")
    assert _uses(row) == (0, 1)
    assert first.enrollment.status == Status.EXPIRED


def test_r12_many_uses_are_many_and_no_more(alpha: Site) -> None:
    row, token = people.invite(alpha, max_uses=3)
    for _person in range(3):
        Visitor().start(token)
    late = Visitor()
    late.get("/enroll/")

    assert late.post(f"/i/{token}").status_code == 409
    assert _uses(row) == (3, 0)


def test_r12_withdrawing_an_invitation_ends_what_it_began(alpha: Site, alice: User, clock: Clock) -> None:
    row, token = people.invite(alpha, max_uses=2)
    waiting, _phone = person_at("profile-fetched", token)
    done, _phone = person_at("certificate-issued", token)

    revoke(row, actor=alice, now=clock.time)

    assert waiting.enrollment.status == Status.EXPIRED
    assert done.enrollment.status == Status.CERTIFICATE_ISSUED
    assert _uses(row) == (0, 1)
    assert Visitor().see(f"/i/{token}").h1 == "This invitation was withdrawn"


@pytest.mark.parametrize("stage", ["profile-issued", "profile-fetched"])
def test_r12_starting_over_returns_it_before_the_certificate(alpha: Site, stage: str) -> None:
    """The invitation has one use, and whoever wants to begin anew is the one who holds it."""
    row, token = people.invite(alpha)
    visitor, phone = person_at(stage, token)
    abandoned = visitor.enrollment

    visitor.post(f"{visitor.own}/start-over")

    assert _uses(row) == (0, 0)
    visitor.start(token)
    visitor.go_on()
    fetch_profile(visitor, phone)
    phone.management.run()
    assert visitor.see(visitor.own + "/").h1 == "Enrollment complete"
    abandoned.refresh_from_db()
    assert abandoned.status == Status.EXPIRED and _uses(row) == (0, 1)


def test_r12_logging_out_returns_it_unless_the_profile_is_on_its_way(alpha: Site, alice: User) -> None:
    uses = {}
    for stage in ("profile-issued", "profile-fetched"):
        row, token = people.invite(alpha)
        visitor, _phone = person_at(stage, token)
        visitor.post(f"{visitor.own}/log-out")
        uses[stage] = _uses(row)
    assert uses == {"profile-issued": (0, 0), "profile-fetched": (1, 0)}


def test_r12_a_profile_on_its_way_still_enrolls_after_log_out(alpha: Site) -> None:
    row, token = people.invite(alpha)
    visitor, phone = person_at("profile-fetched", token)
    visitor.post(f"{visitor.own}/log-out")

    phone.management.run()

    assert Enrollment.objects.get().status == Status.ENROLLED and _uses(row) == (0, 1)


@pytest.mark.parametrize(
    ("way", "title"),
    [(release, "This enrollment was ended"), (revoke, "This invitation was withdrawn")],
)
def test_r12_who_was_ended_by_staff_reads_so(alpha: Site, clock: Clock, way: Way, title: str) -> None:
    row, token = people.invite(alpha)
    visitor = Visitor()
    visitor.start(token)

    way(row, actor=None, now=clock.time)

    page = visitor.see(visitor.own + "/")
    assert (page.status, page.h1) == (410, title)
    assert "too long" not in page.text and page.text.count("Start") <= 1
