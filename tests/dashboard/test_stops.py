"""How far people came, and at which screen they stopped: real visitors, then the page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.utils import timezone

from enrollment.actions.endings import cancel, expire_lapsed
from enrollment.explain import stops as explained
from enrollment.models import Enrollment, FailureReason, Status
from sites_config.models import User
from tests import people
from tests.dashboard.conftest import WAY, Past
from tests.dashboard.reading import links, page_of, table
from tests.moved_clock import Clock
from tests.visitor import Visitor, person_at

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def way(page: str) -> dict[str, tuple[str, ...]]:
    """By title: reached, stopped, there now."""
    return {title: tuple(rest) for title, _share, *rest in table(page, "stops")[1:]}


def test_people_stop_at_the_screen_where_they_left(
    as_anna: Client, alpha: Site, alice: User, clock: Clock
) -> None:
    people.let_assign(alice, alpha)
    _row, token = people.invite(alpha, max_uses=None)
    _row, asking = people.invite(alpha, max_uses=None, login_required=True, assigned_user_name="")
    for _left in range(2):
        Visitor().start(asking)  # at the log-in
    undecided = Visitor()
    undecided.start(asking)
    assert undecided.log_in(path=f"{undecided.own}/log-in/").status_code == 303
    person_at("started", token)
    person_at("profile-issued", token)
    person_at("certificate-issued", token)
    clock.forward(hours=5)
    expire_lapsed(now=clock.time)
    Visitor().start(asking)
    person_at("started", token, clock=clock.now)
    person_at("enrolled", token, clock=clock.now)

    page = page_of(as_anna, alpha)

    assert way(page) == {
        "Began": ("9", "", ""),
        "Log in": ("9", "2", "1"),
        "Who will use this device?": ("6", "1", ""),
        "Let … manage this device": ("5", "1", "1"),
        "Got the profile": ("3", "1", ""),
        "Installed it": ("2", "1", ""),
        "Device checked in": ("1", "", ""),
        "Enrolled": ("1", "", ""),
    }
    assert "9 attempts begun in the last 14 days." in page


def test_whoever_ran_out_of_time_counts_before_anybody_sweeps(
    as_anna: Client, alpha: Site, clock: Clock
) -> None:
    _row, token = people.invite(alpha, max_uses=None)
    person_at("started", token)
    person_at("profile-issued", token)
    clock.forward(hours=5)

    shown = way(page_of(as_anna, alpha))

    assert shown["Let … manage this device"] == ("2", "1", "")
    assert shown["Got the profile"] == ("1", "1", "")
    assert set(Enrollment.objects.values_list("status", flat=True)) == {"started", "profile-issued"}


def test_a_cancelled_attempt_stopped_where_it_was_and_says_why(as_anna: Client, alpha: Site) -> None:
    _row, token = people.invite(alpha, max_uses=None)
    visitor, _phone = person_at("certificate-issued", token)
    cancel(visitor.enrollment, actor=None, now=timezone.now())

    page = page_of(as_anna, alpha)

    assert way(page)["Installed it"] == ("1", "1", "")
    assert table(page, "failures")[1:] == [["Cancelled by staff", "1"]]
    ((_count, address),) = links(page, "failures")
    assert f"{visitor.enrollment.reference[:4]}-" in as_anna.get(address).content.decode()


def test_failures_by_reason_the_most_frequent_first(
    as_anna: Client, alpha: Site, north: Site, past: Past, clock: Clock
) -> None:
    clock.time = NOON
    for site, reason, days in (
        (north, FailureReason.SECOND_KEY, 1),
        (north, FailureReason.WRONG_DEVICE, 2),
        (alpha, FailureReason.WRONG_DEVICE, 13),
        (alpha, FailureReason.WRONG_DEVICE, 14),
    ):
        past.attempt(site, NOON - timedelta(days=days), *WAY[1:3], Status.FAILED, reason=reason)

    page = page_of(as_anna, alpha)

    assert table(page, "failures")[1:] == [
        ["The invitation is for another device", "2"],
        ["The profile was used on a second device", "1"],
    ]
    assert way(page)["Installed it"] == ("3", "3", "")
    for count, address in links(page, "failures"):
        assert f"{count.split()[0]} enrollment" in as_anna.get(address).content.decode(), address


def test_a_personal_device_is_no_stop(as_anna: Client, alpha: Site, past: Past, clock: Clock) -> None:
    clock.time = NOON
    past.attempt(alpha, NOON, Status.INSTRUCTED)
    past.enrolled(alpha, NOON - timedelta(hours=1))

    page = page_of(as_anna, alpha)

    assert way(page)["Began"] == ("1", "", "")
    assert "1 more was told how to enroll a device of their own." in page


def test_a_device_that_went_again_had_arrived(as_anna: Client, alpha: Site, past: Past, clock: Clock) -> None:
    clock.time = NOON
    past.attempt(alpha, NOON - timedelta(days=2), *WAY[1:], Status.CHECKED_OUT)
    past.attempt(alpha, NOON - timedelta(days=2), *WAY[1:], Status.SUPERSEDED)

    assert way(page_of(as_anna, alpha))["Enrolled"] == ("2", "", "")


def test_only_the_newest_are_looked_at_and_the_page_says_so(
    as_anna: Client, alpha: Site, past: Past, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explained, "LOOKED_AT", 2)
    clock.time = NOON
    past.enrolled(alpha, NOON - timedelta(days=1))
    past.enrolled(alpha, NOON - timedelta(days=2))
    assert "there were more" not in page_of(as_anna, alpha)
    past.attempt(alpha, NOON - timedelta(days=3), Status.PROFILE_ISSUED, Status.EXPIRED)

    page = page_of(as_anna, alpha)

    assert "the newest of them: there were more" in page
    assert way(page)["Got the profile"] == ("2", "", "")


def test_there_now_leads_to_whoever_is_there(as_anna: Client, alpha: Site, clock: Clock) -> None:
    _row, token = people.invite(alpha, max_uses=None)
    for stage in ("started", "profile-issued", "certificate-issued", "authenticated"):
        person_at(stage, token)
    clock.forward(hours=3)
    for stage in ("started", "profile-issued", "certificate-issued", "authenticated"):
        person_at(stage, token, clock=clock.now)

    found = links(page_of(as_anna, alpha), "stops")

    # Whoever checked in has a day.
    assert [number for number, _address in found] == ["1", "1", "1", "2"]
    for number, address in found:
        words = f"{number} enrollment"
        assert words in as_anna.get(address).content.decode().partition('class="paginator"')[2], address
