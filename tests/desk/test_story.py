"""The story of an attempt: what probably holds somebody up, and what to tell them, at every stage of real journeys."""

from collections.abc import Callable

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse

from enrollment.actions.endings import cancel
from enrollment.actions.invitations import release, revoke
from enrollment.explain.device_causes import RULES as OF_DEVICES
from enrollment.explain.screen_causes import RULES as AT_SCREENS
from enrollment.explain.story import story_of
from enrollment.models import DirectoryServer, Enrollment, Event, FailureReason, Status
from enrollment.signin.privileges import grants_column
from enrollment.visit import GRANTS
from sites_config.models import User
from tests import people
from tests.moved_clock import Clock
from tests.visitor import Visitor, person_at

pytestmark = pytest.mark.django_db


def told(clock: Clock, row: Enrollment | None = None) -> str:
    """The rule that holds."""
    rows = Enrollment.objects.annotate(**{GRANTS: grants_column()})
    found = rows.get(pk=row.pk) if row else rows.latest("pk")
    events = list(Event.objects.filter(enrollment=found).order_by("-at", "-pk"))
    return story_of(found, events, clock.time).cause.name


def test_a_site_that_was_archived_meanwhile_is_closed(alpha: Site, clock: Clock) -> None:
    Visitor().start(people.invite(alpha)[1])
    people.configure(alpha, archived=True)

    assert told(clock) == "closed"


@pytest.mark.parametrize(
    ("stage", "minutes", "rule"),
    [
        ("started", 0, "not_continued"),
        ("profile-issued", 1, "not_allowed"),
        ("profile-fetched", 1, "waits_in_settings"),
        ("profile-fetched", 16, "not_installed"),
        ("profile-fetched", 121, "too_long"),
        ("certificate-issued", 1, "installing"),
        ("certificate-issued", 4, "no_check_in"),
        ("authenticated", 1, "installing"),
        ("authenticated", 4, "no_push_token"),
        ("enrolled", 0, "enrolled"),
        ("failed", 0, "removed_too_early"),
    ],
)
def test_how_far_the_device_is(alpha: Site, clock: Clock, stage: str, minutes: int, rule: str) -> None:
    person_at(stage, people.invite(alpha)[1], clock=clock.now)
    clock.forward(minutes=minutes)

    assert told(clock) == rule


def _wrong_password(visitor: Visitor) -> None:
    visitor.log_in("alice", "wrong", path=f"{visitor.own}/log-in/")


def test_at_the_log_in(alpha: Site, alice: User, clock: Clock) -> None:
    visitor = Visitor()
    visitor.start(people.invite(alpha, login_required=True, assigned_user_name="")[1])
    assert told(clock) == "not_logged_in"

    _wrong_password(visitor)
    assert told(clock) == "wrong_password"

    DirectoryServer.objects.create(site=alpha, name="LDAP", hosts="127.0.0.1:9", user_base="dc=example")
    clock.forward(seconds=1)
    visitor.log_in("greta", "a password", path=f"{visitor.own}/log-in/")
    assert told(clock) == "directory_unreachable"

    clock.forward(seconds=1)
    for _attempt in range(6):
        _wrong_password(visitor)
    assert told(clock) == "too_many_passwords"
    # One event for each reason, however often it was tried.
    assert Event.objects.filter(kind="log-in-refused").count() == 2
    assert Event.objects.filter(kind="directory-unreachable").count() == 1


def test_questions(alpha: Site, alice: User, clock: Clock) -> None:
    people.let_assign(alice, alpha)
    people.configure(alpha, skip_ca_certificate=False)
    people.publish(alpha)
    people.configure(alpha, agreement_for_staff=True)
    visitor = Visitor()
    visitor.log_in()
    assert told(clock) == "assigning"

    visitor.reach("agreement")
    assert told(clock) == "agreement"
    visitor.post(f"{visitor.own}/agreement/", {"decline": "1"})
    assert told(clock) == "agreement_declined"

    visitor.reach("ca-certificate")
    assert told(clock) == "ca_waits"
    visitor.get(f"{visitor.own}/ca.mobileconfig")
    assert told(clock) == "ca_downloaded"


def test_a_directory_that_does_not_answer_who_will_use_it(alpha: Site, alice: User, clock: Clock) -> None:
    people.let_assign(alice, alpha)
    DirectoryServer.objects.create(site=alpha, name="LDAP", hosts="127.0.0.1:9", user_base="dc=example")
    visitor = Visitor()
    visitor.log_in()
    clock.forward(seconds=1)

    visitor.post(visitor.reach("assign"), {"user_name": "greta", "search": "1"})

    assert told(clock) == "directory_unreachable"


ENDINGS: dict[str, Callable[[Enrollment], object]] = {
    "released": lambda row: release(row.invitation, actor=None, now=row.started_at),  # type: ignore[arg-type]
    "revoked": lambda row: revoke(row.invitation, actor=None, now=row.started_at),  # type: ignore[arg-type]
    "cancelled": lambda row: cancel(row, actor=None, now=row.started_at),
}


@pytest.mark.parametrize("rule", ENDINGS)
def test_who_ended_it(alpha: Site, clock: Clock, rule: str) -> None:
    row = Visitor().start(people.invite(alpha)[1])

    ENDINGS[rule](row)

    assert told(clock, row) == rule


def test_they_left_themselves(alpha: Site, clock: Clock) -> None:
    visitor = Visitor()
    row = visitor.start(people.invite(alpha)[1])
    visitor.post(f"{visitor.own}/start-over")

    assert told(clock, row) == "left"


@pytest.mark.parametrize(
    ("reason", "rule"),
    [(FailureReason.NOT_THEIRS, "somebody_elses"), (FailureReason.SECOND_KEY, "two_devices")],
)
def test_why_a_device_was_refused(alpha: Site, clock: Clock, reason: FailureReason, rule: str) -> None:
    row = Visitor().start(people.invite(alpha)[1])
    Enrollment.objects.update(status=Status.FAILED, failure_reason=reason)

    assert told(clock, row) == rule


def test_a_link_that_nobody_opened_yet(alpha: Site, clock: Clock) -> None:
    visitor, other = Visitor(), Visitor(agent="iPad")
    row = visitor.start(people.invite(alpha)[1])
    link = visitor.hand_over()
    assert told(clock) == "link_waits"

    clock.forward(seconds=5)
    other.take(link)

    assert told(clock) == "not_continued"
    row.refresh_from_db()
    assert "Mac" in row.browser or "iPad" in row.browser, "the browser is the one where it goes on"


def test_every_rule_says_something_that_can_be_read_aloud() -> None:
    names = [found.name for _rule, found in (*OF_DEVICES, *AT_SCREENS)]
    assert len(names) == len(set(names)) > 30
    for _rule, found in (*OF_DEVICES, *AT_SCREENS):
        assert found.why.endswith(".") and found.tell.endswith("."), found.name
        assert len(found.tell) < 200 and found.tell.count(". ") <= 3, found.name


def page_of(client: Client, row: Enrollment) -> str:
    return str(client.get(reverse("admin:help_story", args=["enrollment", row.pk])).content.decode())


def test_the_page_says_where_they_are_in_their_language_and_browser(as_hana: Client, alpha: Site) -> None:
    visitor = Visitor(language="ar")
    row = visitor.start(people.invite(alpha)[1])

    page = page_of(as_hana, row)

    for words in (
        "Let Alpha School manage",
        "They read:",
        "العربية",
        "Safari",
        "on iPhone",
        "What to tell them",
        "They started.",
    ):
        assert words in page, words
    assert visitor.see(f"{visitor.own}/").h1[:8] in page
    assert "“Allow”" in page and 'Allow: <bdi lang="ar">' in page
    assert page.index("What to tell them") < page.index("Timeline")
    shown = as_hana.get(reverse("admin:help_page", args=[row.pk]))
    assert 'lang="ar"' in shown.content.decode() and "sandbox" in shown.headers["Content-Security-Policy"]


def test_the_page_of_somebody_who_is_done_has_no_screen(as_hana: Client, alpha: Site) -> None:
    visitor, _phone = person_at("enrolled", people.invite(alpha)[1])
    row = visitor.enrollment

    page = page_of(as_hana, row)

    assert "Nothing is missing" in page and "The page as they see it" not in page
    assert as_hana.get(reverse("admin:help_page", args=[row.pk])).status_code == 404


def test_an_agent_leaves_no_words_of_its_own(alpha: Site) -> None:
    agents = {
        "Mozilla/5.0 (iPhone; <b>x</b>) AppleWebKit/605 Version/18.6 Safari/604\u202e": "Safari 18.6 on iPhone",
        "Mozilla/5.0 (iPhone) CriOS/141.0.7390.96 Mobile Safari/604": "Chrome 141.0 on iPhone",
        "Version/" + "9" * 400: "Safari 999",
        "": "",
        "curl/8": "",
    }
    _row, token = people.invite(alpha, max_uses=None)
    for agent, name in agents.items():
        assert Visitor(agent=agent).start(token).browser == name


def test_buttons_of_the_story_come_back_to_it(as_hana: Client, alpha: Site) -> None:
    row = Visitor().start(people.invite(alpha)[1])
    own = reverse("admin:help_story", args=["enrollment", row.pk])
    assert "Release its use" in page_of(as_hana, row) and "Short code" in page_of(as_hana, row)

    answer = as_hana.post(f"/admin/enrollment/enrollment/{row.pk}/press/release/", {"story": "1"})

    assert answer.headers["Location"] == own
    assert "Its use was released" in page_of(as_hana, row)
    assert "The attempt ended before it was enrolled: its use was released." in page_of(as_hana, row)


def test_who_only_looks_presses_nothing(as_vera: Client, alpha: Site) -> None:
    row = Visitor().start(people.invite(alpha)[1])

    page = page_of(as_vera, row)

    assert "There is nothing to press." in page and "press/" not in page


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("open", "It can be used"),
        ("held", "Its last use is held by an attempt in another browser"),
        ("spent", "Every use is spent"),
        ("revoked", "It was revoked"),
        ("expired", "It has expired"),
    ],
)
def test_why_an_invitation_does_not_work(
    as_hana: Client, alpha: Site, clock: Clock, kind: str, words: str
) -> None:
    row, token = people.invite(alpha, expires_at=clock.time if kind == "expired" else None)
    if kind in ("held", "spent"):
        person_at("started" if kind == "held" else "enrolled", token, clock=clock.now)
    if kind == "revoked":
        revoke(row, actor=None, now=clock.time)

    page = as_hana.get(reverse("admin:help_story", args=["invitation", row.pk])).content.decode()

    assert words in page and "What to tell them" in page
