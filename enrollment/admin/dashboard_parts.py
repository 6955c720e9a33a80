"""The parts of a dashboard, ready to be drawn: each number with its label, one line that explains it, and its list."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.sites.models import Site
from django.db.models import Q

from enrollment.actions.heartbeats import OUTBOX as WORKER
from enrollment.actions.heartbeats import is_alive
from enrollment.actions.invitation_states import InvitationState
from enrollment.admin.dashboard_scope import Scope, dashboard_url, members
from enrollment.admin.screens import titles
from enrollment.explain.numbers import Messages, Numbers, last_days, messages, midnight, unused_invitations
from enrollment.explain.stops import BEGUN, Stage, stops
from enrollment.models import (
    Channel,
    Delivery,
    DeliveryState,
    Enrollment,
    Invitation,
    Status,
    Webhook,
)

LOOKED_BACK = 14  # days, for what stopped and what failed
STAGES = {
    BEGUN: ("Began", "Opened the portal or an invitation and pressed the first button."),
    Status.PROFILE_ISSUED: ("Got the profile", "Was asked to install it in Settings."),
    Status.CERTIFICATE_ISSUED: ("Installed it", "The device got its certificate."),
    Status.AUTHENTICATED: ("Device checked in", "It named itself, and has one answer to go."),
    Status.ENROLLED: ("Enrolled", "The device is managed."),
}


INVITATIONS = {
    InvitationState.CREATED: "not mailed",
    InvitationState.ORDERED: "being sent",
    InvitationState.UNDELIVERED: "not delivered",
    InvitationState.UNKNOWN: "perhaps not delivered",
    InvitationState.SENT: "sent",
}


@dataclass(frozen=True)
class Figure:
    """``parts``: (text, URL) of what it consists of, each with a list of its own."""

    label: str
    number: int
    words: str
    url: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    bad: bool = False


@dataclass(frozen=True)
class Row:
    """A stage of the way, ``percent`` of those who began; ``url``: who is there now."""

    stage: Stage
    title: str
    words: str
    percent: int
    url: str


@dataclass(frozen=True)
class SiteRow:
    name: str
    url: str
    numbers: Numbers
    enrolled_today: int


def figures(scope: Scope, sum_: Numbers) -> Iterator[Figure]:
    """Of today, and of what waits."""
    today = last_days(scope.settings.time_zone, now=scope.now)[-1]
    since = midnight(today, scope.settings.time_zone)
    yield Figure(
        "Begun today",
        sum_.begun,
        "People who began since midnight.",
        scope.list_url(Enrollment, started_at__gte=since),
    )
    yield Figure(
        "Enrolled today",
        sum_.enrolled_on(today),
        "Devices that became managed since midnight.",
        scope.list_url(Enrollment, enrolled_at__gte=since),
    )
    yield Figure(
        "Failed today",
        sum_.failed,
        "Begun today and ended with an error.",
        scope.list_url(Enrollment, status__exact=Status.FAILED, started_at__gte=since),
        bad=sum_.failed > 0,
    )
    yield Figure(
        "Under way now",
        sum_.under_way,
        "People who are in the middle of it.",
        f"{dashboard_url(scope.site)}#stops",
    )
    if scope.sees(Invitation):
        yield _invitations(scope)
    if scope.sees(Delivery):
        yield from _deliveries(scope)


def _invitations(scope: Scope) -> Figure:
    found = unused_invitations(scope.rows(Invitation), now=scope.now)
    parts = tuple(
        (f"{count} {INVITATIONS[state]}", scope.list_url(Invitation, state=state))
        for state, count in found.items()
        if count
    )
    total = sum(found.values())
    return Figure("Invitations waiting", total, "Nobody has begun with them yet.", parts=parts)


def _deliveries(scope: Scope) -> Iterator[Figure]:
    """Reports are told of to those who see webhooks, and where there is something to tell."""
    seen = ~Q(channel=Channel.WEBHOOK) | Q(site__in=scope.listed(Webhook))
    people, programs = messages(scope.rows(Delivery).filter(seen), since=looked_back(scope))
    yield _waiting(scope, people, "Messages waiting", "E-mails and text messages", "messages")
    if programs:
        yield _waiting(scope, programs, "Reports waiting", "Reports to other programs (webhooks)", "reports")


def _waiting(scope: Scope, found: Messages, label: str, named: str, what: str) -> Figure:
    bad = ((found.failed, "refused", DeliveryState.FAILED), (found.unknown, "unknown", DeliveryState.UNKNOWN))
    parts = tuple(
        (
            f"{count} {word} in {LOOKED_BACK} days",
            scope.list_url(Delivery, state__exact=state, what=what, created_at__gte=looked_back(scope)),
        )
        for count, word, state in bad
        if count
    )
    words = _waiting_words(found, named, scope.now)
    url = scope.list_url(Delivery, left="no", what=what)
    return Figure(label, found.waiting, words, url, parts, bad=bool(parts))


def _waiting_words(found: Messages, named: str, now: datetime) -> str:
    if found.waiting and not is_alive(WORKER, now=now):
        return "Nothing sends them: the worker has not been heard of. Tell whoever runs Gatehouse."
    return f"{named} that have not left yet."


def looked_back(scope: Scope) -> datetime:
    zone = scope.settings.time_zone
    return midnight(last_days(zone, now=scope.now, number=LOOKED_BACK)[0], zone)


def way(scope: Scope) -> dict[str, object]:
    """How far people came, where they stopped, and why attempts failed."""
    since = looked_back(scope)
    found = stops(scope.rows(Enrollment), since=since, now=scope.now)
    screens = dict(titles())
    failures = [
        (
            reason.label,
            count,
            scope.list_url(Enrollment, failure_reason__exact=reason, started_at__gte=since),
        )
        for reason, count in found.failures
    ]
    rows = [_row(scope, stage, screens, found.attempts) for stage in found.stages]
    return {"stops": found, "way": rows, "failures": failures, "looked_back": LOOKED_BACK}


def _row(scope: Scope, stage: Stage, screens: dict[str, str], attempts: int) -> Row:
    is_screen = stage.name in screens
    title, words = (screens[stage.name], "") if is_screen else STAGES[stage.name]
    filters: dict[str, object] = {"screen": stage.name} if is_screen else _not_lapsed(stage.name, scope.now)
    percent = round(100 * stage.reached / attempts) if attempts else 0
    return Row(stage, title, words, percent, scope.list_url(Enrollment, **filters))


def _not_lapsed(status: str, now: datetime) -> dict[str, object]:
    """As filters of the list: whatever nobody swept yet is not under way."""
    column = "ends_at" if status == Status.AUTHENTICATED else "idle_until"
    return {"status__exact": status, f"{column}__gte": now}


def schools(scope: Scope, found: Mapping[int, Numbers]) -> list[SiteRow]:
    """The sites of a district; none where there is only one."""
    today = last_days(scope.settings.time_zone, now=scope.now)[-1]
    sites = members(scope)
    if len(sites) < 2:
        return []
    shown = (site for pk, site in sites.items() if pk in found or not site.configuration.archived)
    return [site_row(site, found.get(site.pk, Numbers()), today) for site in shown]


def site_row(site: Site, counted: Numbers, today: date) -> SiteRow:
    return SiteRow(site.name, dashboard_url(site), counted, counted.enrolled_on(today))
