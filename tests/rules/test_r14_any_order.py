"""R14: whatever is sent in whatever order, a profile comes only when its conditions are met."""

import re
from collections import Counter
from typing import Any, ClassVar

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.sites.models import Site
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from enrollment.actions.invitations import revoke
from enrollment.actions.tokens import digest
from enrollment.flow import conditions_hold
from enrollment.models import Challenge, Enrollment, Invitation, IssuedProfile, Status
from enrollment.visit import of_device
from sites_config.models import Privilege, SitePrivilege, User
from tests import people
from tests.moved_clock import Clock
from tests.visitor import KEY, Visitor

SCREENS = (
    "",
    "log-in/",
    "mdm-profile/",
    "install/",
    "complete/",
    "failed/",
    "log-out",
    "start-over",
    "status",
)
# What leads on stands more often than once: most random walks would otherwise end at the first page.
PRESSED = (*SCREENS, "mdm-profile/", "mdm-profile/", "mdm-profile/", "log-in/", "install/", "install/")
PEOPLE = ("alice", "alice", "bob", "carol", "nobody")
PROFILE = "application/x-apple-aspen-config"
number = st.integers(0, 5)
browser_of = st.sampled_from((0, 0, 1, 1, 2))


class AnyOrder(RuleBasedStateMachine):
    """Three browsers press any button of any enrollment they heard of, while staff change their minds."""

    alpha: Site
    beta: Site
    clock: Clock
    profiles: ClassVar[Counter[str]] = Counter()  # over the whole run, so that it can't pass by reaching none

    def __init__(self) -> None:
        super().__init__()
        self.rolled_back = transaction.atomic()
        self.rolled_back.__enter__()
        self.browsers = (Visitor(), Visitor(), Visitor("beta.test"))
        made = self.invite()
        self.invitations = [row for row, _token in made]
        self.tokens = [token for _row, token in made]
        self.downloads: list[tuple[str, IssuedProfile]] = []

    def invite(self) -> list[tuple[Invitation, str]]:
        return [
            people.invite(self.alpha, max_uses=2),
            people.invite(self.alpha, login_required=True, max_uses=None),
            people.invite(self.beta, max_uses=2),
        ]

    def conditions(self, enrollment: Enrollment) -> bool:
        return conditions_of(enrollment, self.clock)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.rolled_back.__exit__(None, None, None)

    @rule(browser=browser_of, which=number)
    def start_an_invitation(self, browser: int, which: int) -> None:
        for method in ("GET", "POST"):
            self._ask(browser, method, f"/i/{self.tokens[which % len(self.tokens)]}")

    @rule(
        browser=browser_of,
        who=st.sampled_from(PEOPLE),
        password=st.sampled_from((people.PASSWORD, people.PASSWORD, "wrong")),
        goes_on=st.booleans(),
    )
    def log_in_at_the_portal(self, browser: int, who: str, password: str, goes_on: bool) -> None:
        self._ask(browser, "GET", "/enroll/")
        self._ask(browser, "POST", "/enroll/", {"username": who, "password": password})
        if goes_on:
            self._press_continue(browser)

    @rule(
        browser=browser_of,
        method=st.sampled_from(("GET", "POST", "POST")),
        which=number,
        screen=st.sampled_from(PRESSED),
        who=st.sampled_from(PEOPLE),
    )
    def press_any_button(self, browser: int, method: str, which: int, screen: str, who: str) -> None:
        rows = list(Enrollment.objects.order_by("-pk"))
        pressed = (self._own(browser) if which else rows) or rows
        if pressed:
            path = f"/enroll/{pressed[which % len(pressed)].public_id}/{screen}"
            self._ask(browser, method, path, {"username": who, "password": people.PASSWORD})

    @rule(which=number)
    def follow_any_download(self, which: int) -> None:
        self._follow_downloads(which)

    def _follow_downloads(self, which: int) -> None:
        for url, profile in self.downloads[-1 - which :]:
            answer = self._ask(0, "GET", url)
            if answer.headers["Content-Type"] == PROFILE:
                assert self.conditions(profile.enrollment), "a profile was served without its conditions"
                self.profiles["served"] += 1

    @rule(minutes=st.sampled_from((1, 1, 8, 16, 120)))
    def wait(self, minutes: int) -> None:
        self.clock.forward(minutes=minutes)

    @rule(
        act=st.sampled_from(("give", "give", "take", "take", "withdraw")),
        who=st.sampled_from(("alice", "alice", "bob")),
        which=number,
    )
    def staff_change_their_minds(self, act: str, who: str, which: int) -> None:
        if act == "withdraw" and which < len(self.invitations):
            revoke(self.invitations[which], actor=None, now=self.clock.time)
        user, enroll = User.objects.get(username=who), Privilege.ENROLL_MOBILE_DEVICES
        if act == "give":
            SitePrivilege.objects.get_or_create(site=self.alpha, user=user, privilege=enroll)
        elif act == "take":
            SitePrivilege.objects.filter(site=self.alpha, user=user).delete()
            self._follow_downloads(which)

    @rule(browser=browser_of, other=browser_of)
    def go_on_elsewhere(self, browser: int, other: int) -> None:
        for row in self._own(browser):
            self._ask(browser, "POST", f"/enroll/{row.public_id}/hand-over")
            page = self._ask(browser, "GET", f"/enroll/{row.public_id}/hand-over").content.decode()
            for path in re.findall(r'value="https://[^/"]+(/h/[\w-]+)"', page):
                self._ask(other, "GET", path)
                self._ask(other, "POST", path)

    @rule(browser=browser_of)
    def press_continue(self, browser: int) -> None:
        self._press_continue(browser)

    def _press_continue(self, browser: int) -> None:
        for row in self._own(browser):
            self._ask(browser, "POST", f"/enroll/{row.public_id}/mdm-profile/")

    def _own(self, browser: int) -> list[Enrollment]:
        cookie = self.browsers[browser].client.cookies.get(KEY)
        return list(Enrollment.objects.filter(key_sha256=digest(cookie.value))) if cookie else []

    def _ask(self, browser: int, method: str, path: str, data: dict[str, str] | None = None) -> Any:
        visitor = self.browsers[browser]
        held = IssuedProfile.objects.count()
        answer = visitor.ask(method, path, data=data or {})
        assert answer.status_code < 500, (method, path, answer.status_code)
        issued = IssuedProfile.objects.order_by("-pk")[: IssuedProfile.objects.count() - held]
        for profile in issued:
            assert method == "POST"
            assert self.conditions(profile.enrollment), "a profile was issued without its conditions"
            self.profiles["issued"] += 1
            self.downloads.append((visitor.key_url(profile), profile))
        return answer

    @invariant()
    def no_use_is_lost_or_invented(self) -> None:
        for row in Invitation.objects.all():
            held = row.enrollments.filter(invitation_use="held").count()
            spent = row.enrollments.filter(invitation_use="spent").count()
            assert (row.uses_held, row.uses_spent) == (held, spent)
            assert row.max_uses is None or held + spent <= row.max_uses

    @invariant()
    def at_most_two_challenges_are_good(self) -> None:
        for row in Enrollment.objects.all():
            good = Challenge.objects.filter(enrollment=row, withdrawn_at=None, used_at=None)
            assert good.count() <= (2 if row.status == Status.PROFILE_ISSUED else 0)


def conditions_of(enrollment: Enrollment, clock: Clock) -> bool:
    """What must be true for a profile, said in other words than flow.py's, and by flow.py."""
    enrollment.refresh_from_db()
    invitation, user = enrollment.invitation, enrollment.signed_in_user
    invited = invitation is not None and not invitation.login_required
    privileged = (
        user is not None
        and SitePrivilege.objects.filter(
            user=user,
            site__in=(enrollment.site_id, enrollment.entry_site_id),
            privilege=Privilege.ENROLL_MOBILE_DEVICES,
        ).exists()
    )
    in_time = enrollment.ends_at > clock.time and (invitation is None or invitation.revoked_at is None)
    holds = in_time and (invited or privileged) and enrollment.status == Status.PROFILE_ISSUED
    assert not holds or conditions_hold(of_device(enrollment, clock.time))
    return holds


def explore(machine: type[AnyOrder], *, examples: int) -> None:
    """Fails unless some order of requests reached a profile."""
    machine.profiles.clear()
    User.objects.update(password=make_password(people.PASSWORD))
    bounded = settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    run_state_machine_as_test(machine, settings=bounded)

    assert machine.profiles["issued"] and machine.profiles["served"], "no order of requests reached a profile"


@pytest.mark.django_db
def test_r14_no_order_of_requests_reaches_a_profile_without_its_conditions(
    alpha: Site, beta: Site, alice: User, bob: User, carol: User, clock: Clock
) -> None:
    AnyOrder.alpha, AnyOrder.beta, AnyOrder.clock = alpha, beta, clock
    explore(AnyOrder, examples=40)
