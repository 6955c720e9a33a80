"""The numbers of a dashboard, counted by hand."""

import html
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.sites.models import Site
from django.test import Client
from django.utils import timezone

from enrollment.actions.heartbeats import OUTBOX, beat
from enrollment.explain.numbers import last_days, numbers, total
from enrollment.models import Channel, Delivery, DeliveryKind, DeliveryState, Enrollment, Invitation, Status
from sites_config.models import Privilege
from tests import people
from tests.admin.world import logged_in
from tests.dashboard.conftest import Past, staff_of
from tests.dashboard.reading import figures, links, page_of, per_day, table
from tests.moved_clock import Clock

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_today_and_the_days_before(
    as_anna: Client, alpha: Site, north: Site, south: Site, past: Past, clock: Clock
) -> None:
    clock.time = NOON
    past.enrolled(north, NOON - timedelta(hours=2))
    past.enrolled(south, NOON - timedelta(hours=3))
    past.enrolled(north, NOON - timedelta(days=1))
    past.enrolled(north, NOON - timedelta(days=29))
    past.enrolled(north, NOON - timedelta(days=31))
    past.attempt(north, NOON - 5 * MINUTE)
    past.attempt(south, NOON - 5 * MINUTE, Status.PROFILE_ISSUED)
    past.attempt(north, NOON - timedelta(hours=5), Status.PROFILE_ISSUED, Status.FAILED)
    past.attempt(north, NOON - timedelta(hours=4))  # lapsed two hours ago

    page = page_of(as_anna, alpha)

    shown = figures(page)
    assert (shown["Begun today"], shown["Enrolled today"], shown["Failed today"]) == (6, 2, 1)
    assert shown["Under way now"] == 2
    assert per_day(page) == {"2026-03-10": 2, "2026-03-09": 1, "2026-02-09": 1}
    assert table(page, "schools")[1:] == [
        ["Alpha School", "0", "0", "0", "0", "0"],
        ["North School", "4", "1", "1", "1", "3"],
        ["South School", "2", "1", "0", "1", "1"],
    ]


def test_a_school_counts_only_its_own(
    as_anna: Client, north: Site, south: Site, past: Past, clock: Clock
) -> None:
    clock.time = NOON
    past.enrolled(north, NOON - timedelta(hours=2))
    past.enrolled(south, NOON - timedelta(hours=2))

    page = page_of(as_anna, south)

    assert figures(page)["Enrolled today"] == 1
    assert "North School" not in page and 'id="schools"' not in page


def test_a_day_begins_at_midnight_of_the_site(as_anna: Client, alpha: Site, past: Past, clock: Clock) -> None:
    """In Auckland it is 13 hours later in summer: noon of UTC is one o'clock of the next day."""
    people.configure(alpha, time_zone="Pacific/Auckland")
    midnight = datetime(2026, 3, 10, 11, tzinfo=UTC)
    before = past.enrolled(alpha, midnight - 5 * MINUTE)
    after = past.enrolled(alpha, midnight)
    assert before.enrolled_at == midnight - MINUTE and after.enrolled_at == midnight + 4 * MINUTE
    clock.time = midnight + timedelta(hours=1)

    page = page_of(as_anna, alpha)

    assert (figures(page)["Begun today"], figures(page)["Enrolled today"]) == (1, 1)
    assert per_day(page) == {"2026-03-11": 1, "2026-03-10": 1}
    assert "Days begin at midnight in Pacific/Auckland." in page


def test_the_days_around_a_change_of_the_clocks(alpha: Site, past: Past) -> None:
    """On 29 March 2026 Berlin's day has 23 hours: it begins at 23:00 UTC and ends at 22:00 UTC."""
    zone = ZoneInfo("Europe/Berlin")
    for began in (
        datetime(2026, 3, 28, 22, 55, tzinfo=UTC),  # 23:59 of the 28th when it is enrolled
        datetime(2026, 3, 28, 22, 56, tzinfo=UTC),  # 0:00 of the 29th
        datetime(2026, 3, 29, 21, 55, tzinfo=UTC),  # 23:59 of the 29th, an hour ahead by now
        datetime(2026, 3, 29, 21, 56, tzinfo=UTC),  # 0:00 of the 30th
    ):
        past.enrolled(alpha, began)

    found = numbers(Enrollment.objects.all(), zone, now=datetime(2026, 3, 30, 10, tzinfo=UTC))

    assert found[alpha.pk].per_day == {date(2026, 3, 28): 1, date(2026, 3, 29): 2, date(2026, 3, 30): 1}
    assert (found[alpha.pk].begun, total(found.values()).enrolled) == (0, 4)
    assert len(last_days(zone, now=NOON)) == 30


def test_what_checked_in_may_take_until_its_end(
    as_anna: Client, alpha: Site, past: Past, clock: Clock
) -> None:
    clock.time = NOON
    way = (Status.PROFILE_ISSUED, Status.CERTIFICATE_ISSUED, Status.AUTHENTICATED)
    past.attempt(alpha, NOON - timedelta(hours=23, minutes=59), *way)
    past.attempt(alpha, NOON - timedelta(hours=24), *way)

    assert figures(page_of(as_anna, alpha))["Under way now"] == 1


def test_invitations_that_nobody_began_with(as_anna: Client, alpha: Site) -> None:
    now = timezone.now()
    invitations: dict[str, dict[str, object]] = {
        "sent": {"sent_at": now},
        "made": {},
        "expired": {"expires_at": now},
        "revoked": {"revoked_at": now},
        "begun": {"started_at": now},
        "never": {"max_uses": 0},
    }
    for name, columns in invitations.items():
        row, _token = people.invite(alpha, name=name)
        Invitation.objects.filter(pk=row.pk).update(**columns)

    page = page_of(as_anna, alpha)

    assert figures(page)["Invitations waiting"] == 2
    assert ">1 sent</a>" in page and ">1 not mailed</a>" in page


def delivery(site: Site, state: DeliveryState, days_ago: int = 0, channel: Channel = Channel.MAIL) -> None:
    now = timezone.now()
    Delivery.objects.create(
        site=site, channel=channel, kind=DeliveryKind.INVITATION, recipient="a@alpha.example", state=state,
        next_try_at=now, created_at=now - timedelta(days=days_ago),
    )  # fmt: skip


def test_messages_that_wait_and_those_that_failed_lately(as_anna: Client, alpha: Site) -> None:
    for state in DeliveryState:
        delivery(alpha, state)
        delivery(alpha, state, days_ago=20)

    page = page_of(as_anna, alpha)

    # Waiting, leased and sending, however long.
    assert figures(page)["Messages waiting"] == 6
    assert ">1 refused in 14 days</a>" in page and ">1 unknown in 14 days</a>" in page
    assert "Nothing sends them: the worker has not been heard of." in page


def waiting_list(client: Client, page: str, label: str) -> int:
    """How many rows the list has that the number leads to."""
    found = re.search(rf'<strong>{label}</strong>\s*<span class="number"><a href="([^"]+)"', page)
    assert found is not None
    return int(client.get(html.unescape(found[1])).context["cl"].result_count)


def test_the_number_of_messages_is_that_of_the_list_it_leads_to(as_anna: Client, alpha: Site) -> None:
    for channel in (Channel.MAIL, Channel.SMS):
        for state in DeliveryState:
            delivery(alpha, state, channel=channel)

    page = page_of(as_anna, alpha)

    assert figures(page)["Messages waiting"] == waiting_list(as_anna, page, "Messages waiting") == 6
    assert "Reports waiting" not in page


def test_a_dead_webhook_is_no_message_to_anybody(as_anna: Client, alpha: Site) -> None:
    beat(OUTBOX, now=timezone.now())
    for state in (DeliveryState.FAILED, DeliveryState.WAITING, DeliveryState.LEASED):
        delivery(alpha, state, channel=Channel.WEBHOOK)

    page = page_of(as_anna, alpha)

    shown = figures(page)
    assert (shown["Messages waiting"], shown["Reports waiting"]) == (0, 2)
    assert waiting_list(as_anna, page, "Reports waiting") == 2
    messages = page.partition("<strong>Messages waiting</strong>")[2].partition("</li>")[0]
    assert "refused" not in messages and "E-mails and text messages that have not left yet." in messages
    assert "refused" in page.partition("<strong>Reports waiting</strong>")[2].partition("</li>")[0]
    mina = staff_of(alpha, "mina", Privilege.HELP_PEOPLE, Privilege.MANAGE_INVITATIONS)
    assert "Reports waiting" not in page_of(logged_in(mina, alpha), alpha)


def test_a_quiet_site_says_so(as_anna: Client, alpha: Site, north: Site) -> None:
    page = page_of(as_anna, north)

    assert set(figures(page).values()) == {0}
    assert "<svg" not in page.partition('class="gh-board"')[2].partition("footer")[0]
    assert "None did in the last 14 days." in page
    assert "0 attempts begun in the last 14 days" in page
    assert links(page, "per-day") == []
