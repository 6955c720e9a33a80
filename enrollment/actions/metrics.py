"""Numbers for Prometheus, from the database alone: what one process counts is a part of the truth, and a restart
forgets it. A new one is a function and a line in METRICS."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import django
from django.db import connection
from django.db.models import Count, Max, Model, QuerySet
from django.db.models.fields.json import KT

from enrollment.actions.heartbeats import OUTBOX, last_beat
from enrollment.actions.saml_ends import METADATA, OURS, THEIRS, saml_ends
from enrollment.models import (
    Authority,
    AuthorityState,
    CaCertificate,
    Channel,
    Delivery,
    DeliveryState,
    Enrollment,
    Event,
    EventKind,
    PushCertificate,
    SamlIdentityProvider,
    SigningIdentity,
    Status,
)
from sites_config.prometheus import Gauge
from sites_config.release import version

DAY = timedelta(days=1)
# The one query that reads every enrollment: 0.3 seconds at a million of them. Each process asks it once a minute.
TOTALS_FOR = 60.0  # seconds
KINDS = {METADATA: "saml-metadata", THEIRS: "saml-certificate", OURS: "saml-key"}
_Totals = list[tuple[str, str, str, int]]
_totals: tuple[float, _Totals] | None = None


def gauges(*, now: datetime) -> Iterator[Gauge]:
    for metric in METRICS:
        yield from metric(now)


def forget() -> None:
    """Counts everything anew."""
    global _totals
    _totals = None


def build(_now: datetime) -> Iterable[Gauge]:
    labels = {"version": version(), "django": django.get_version(), "database": connection.vendor}
    yield Gauge("gatehouse_build_info", "Always 1; the release and what it runs on.", [(labels, 1)])


def enrollments(_now: datetime) -> Iterable[Gauge]:
    statuses: Counter[tuple[str, str]] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    for site, status, reason, count in _all_enrollments():
        statuses[site, status] += count
        if reason:  # also of those that staff cancelled, which expire
            reasons[site, reason] += count
    yield _gauge("gatehouse_enrollments", "Enrollments by status, now.", "status", statuses)
    yield _gauge(
        "gatehouse_enrollments_failed",
        "Enrollments that failed or were cancelled, by reason.",
        "reason",
        reasons,
    )


def moves(now: datetime) -> Iterable[Gauge]:
    rows = Event.objects.filter(kind=EventKind.MOVED, at__gt=now - DAY, at__lte=now).order_by()
    targets: Counter[tuple[str, str]] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    in_vain = (Status.FAILED, Status.EXPIRED)
    grouped = rows.values_list("site__domain", KT("data__to"), KT("data__why")).annotate(Count("pk"))
    for site, to, why, count in grouped:
        targets[site, to] += count
        if to in in_vain:
            reasons[site, why or ""] += count
    yield _gauge("gatehouse_moves_last_day", "Moves to a status in the last 24 hours.", "status", targets)
    text = "Attempts that failed or expired in the last 24 hours, by reason."
    yield _gauge("gatehouse_failures_last_day", text, "reason", reasons)


def ends(_now: datetime) -> Iterable[Gauge]:
    """The latest end of each kind: what was replaced and has ended is nothing to be told of. Of SAML providers the
    first, because each is a log-in of its own."""
    name = "gatehouse_certificate_expiry_timestamp_seconds"
    gauge = Gauge(name, "When it ends, in seconds since 1970: what the site has of this kind.")
    for kind, rows in (
        ("authority", Authority.objects.filter(state=AuthorityState.ISSUING)),
        ("signing-identity", SigningIdentity.objects.all()),
        ("push-certificate", PushCertificate.objects.all()),
        ("ca-certificate", CaCertificate.objects.all()),
    ):
        gauge.samples += [({"kind": kind, "site": site}, end) for site, end in _latest(rows, "not_after")]
    saml: dict[tuple[str, str], float] = {}
    for each in saml_ends(SamlIdentityProvider.objects.all()):
        key, end = (KINDS[each.what], each.provider.site.domain), each.at.timestamp()
        saml[key] = min(end, saml.get(key, end))  # a log-in that stops, whatever the others do
    gauge.samples += [({"kind": kind, "site": site}, end) for (kind, site), end in sorted(saml.items())]
    yield gauge


def outbox(_now: datetime) -> Iterable[Gauge]:
    rows = Delivery.objects.filter(state=DeliveryState.WAITING).order_by()
    waiting = dict(rows.values_list("channel").annotate(Count("pk")))
    yield Gauge(
        "gatehouse_deliveries_waiting",
        "Messages that wait to be sent, or to be tried again.",
        [({"channel": channel}, waiting.get(channel, 0)) for channel in sorted(Channel.values)],
    )
    beat = last_beat(OUTBOX)
    text = "When the worker that sends was last heard of, in seconds since 1970."
    yield Gauge(
        "gatehouse_worker_heartbeat_timestamp_seconds", text, [({}, beat.timestamp())] if beat else []
    )


METRICS = (build, enrollments, moves, ends, outbox)


def _latest(rows: "QuerySet[Model]", column: str) -> Iterator[tuple[str, float]]:
    open_sites = rows.exclude(site__configuration__archived=True).order_by()
    for site, end in open_sites.values_list("site__domain").annotate(Max(column)):
        yield site, end.timestamp()


def _all_enrollments() -> _Totals:
    """(site, status, reason, how many)."""
    global _totals
    counted_at, rows = _totals or (-TOTALS_FOR, [])
    if time.monotonic() - counted_at >= TOTALS_FOR:
        columns = ("site__domain", "status", "failure_reason")
        rows = list(Enrollment.objects.order_by().values_list(*columns).annotate(Count("pk")))
        _totals = (time.monotonic(), rows)
    return rows


def _gauge(name: str, text: str, label: str, counted: Counter[tuple[str, str]]) -> Gauge:
    return Gauge(
        name, text, [({"site": site, label: each}, count) for (site, each), count in sorted(counted.items())]
    )
