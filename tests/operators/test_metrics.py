"""/metrics: who may read it, and that the numbers are those of the database."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from pytest_django.fixtures import Settings

from enrollment.actions import metrics
from enrollment.actions.endings import cancel
from enrollment.models import Authority, Enrollment, Event, SigningIdentity
from sites_config.prometheus import Gauge, exposition
from tests import people
from tests.budgets.counting import queries
from tests.moved_clock import Clock
from tests.rules.start import SERVE, production, run
from tests.rules.tables import changed, dump
from tests.visitor import as_page, person_at

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-the-monitoring"
SAMPLE = re.compile(
    r'([a-z_]+)((?:\{[a-z_]+="(?:[^"\\\n]|\\.)*"(?:,[a-z_]+="(?:[^"\\\n]|\\.)*")*\})?) (-?[0-9.e+]+)'
)


def ask(*, address: str = "127.0.0.1", **headers: str) -> tuple[int, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = Client(REMOTE_ADDR=address).get("/metrics", headers={"Host": "alpha.test"} | named)
    return answer.status_code, answer.content.decode()


def samples(**options: str) -> dict[str, float]:
    """Value by name and labels; every other line must be a comment."""
    status, text = ask(**options)
    assert status == 200 and text.endswith("\n")
    lines = [line for line in text.splitlines() if not line.startswith(("# HELP ", "# TYPE "))]
    found = [SAMPLE.fullmatch(line) for line in lines]
    assert all(found), lines
    return {f"{match[1]}{match[2]}": float(match[3]) for match in found if match}


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_this_machine_may_read_it(alpha: Site, address: str) -> None:
    assert ask(address=address)[0] == 200
    assert ask(address=address, host="10.0.0.7:8000")[0] == 200


@pytest.mark.parametrize("address", ["10.0.0.8", "8.8.8.8", "::ffff:10.0.0.8", "2001:db8::1", "", "unix:"])
def test_nobody_elsewhere_may(alpha: Site, address: str) -> None:
    assert ask(address=address)[0] == 404
    assert ask(address=address, authorization="Bearer ")[0] == 404


@pytest.mark.parametrize(
    "header", ["x_forwarded_for", "x_forwarded_proto", "x_forwarded_host", "forwarded", "via", "x_real_ip"]
)
def test_what_came_through_a_proxy_is_not_of_this_machine(alpha: Site, header: str) -> None:
    assert ask(**{header: "127.0.0.1"})[0] == 404
    assert ask(**{header: ""})[0] == 404


def test_the_refusal_is_the_page_of_every_unknown_path(alpha: Site) -> None:
    there = Client(REMOTE_ADDR="10.0.0.8")
    refused, unknown = (there.get(path, headers={"Host": "alpha.test"}) for path in ("/metrics", "/unknown"))

    assert refused.status_code == unknown.status_code == 404
    assert as_page(refused).h1 == as_page(unknown).h1
    assert there.get("/metrics", headers={"Host": "unknown.test"}).status_code == 421


def test_with_a_token_only_the_token_counts(alpha: Site, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN

    assert ask(address="10.0.0.8", authorization=f"Bearer {TOKEN}", x_forwarded_for="10.0.0.9")[0] == 200
    assert ask(address="10.0.0.8", authorization=f"bearer {TOKEN}")[0] == 200
    for wrong in (
        "",
        TOKEN,
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Basic {TOKEN}",
        "Bearer é",
        "Bearer",
    ):
        assert ask(authorization=wrong)[0] == 404, wrong


def test_it_says_how_many_are_where(alpha: Site, beta: Site) -> None:
    for stage in ("profile-issued", "enrolled", "enrolled"):
        person_at(stage, people.invite(alpha)[1])
    told = samples()

    assert told['gatehouse_enrollments{site="alpha.test",status="enrolled"}'] == 2
    assert told['gatehouse_enrollments{site="alpha.test",status="profile-issued"}'] == 1
    assert told['gatehouse_moves_last_day{site="alpha.test",status="started"}'] == 3
    assert told['gatehouse_moves_last_day{site="alpha.test",status="enrolled"}'] == 2
    assert not any('site="beta.test",status' in name for name in told)
    assert told[next(name for name in told if name.startswith("gatehouse_build_info{version="))] == 1


def test_failures_have_their_reason_and_leave_the_day_behind(alpha: Site, clock: Clock) -> None:
    person_at("profile-issued", people.invite(alpha)[1])
    assert cancel(Enrollment.objects.get(), now=clock.now(), actor=None)
    total = 'gatehouse_enrollments_failed{site="alpha.test",reason="cancelled"}'
    of_day = 'gatehouse_failures_last_day{site="alpha.test",reason="cancelled"}'
    assert (samples()[total], samples()[of_day]) == (1, 1), samples()

    clock.forward(hours=25)
    metrics.forget()

    told = samples()
    assert told[total] == 1 and of_day not in told
    assert not any("_last_day" in name for name in told)


def test_ends_are_those_of_what_counts(alpha: Site, beta: Site) -> None:
    authority = Authority.objects.get(site=alpha)
    old = SigningIdentity.objects.get(site=alpha)
    SigningIdentity.objects.filter(pk=old.pk).update(not_after=old.not_after - timedelta(days=4000))
    new = SigningIdentity.objects.create(
        site=alpha, certificates_pem="", key_encrypted=b"", not_after=old.not_after, created_at=old.created_at
    )
    people.configure(beta, archived=True)

    told = samples()

    name = 'gatehouse_certificate_expiry_timestamp_seconds{{kind="{}",site="alpha.test"}}'
    assert told[name.format("authority")] == pytest.approx(authority.not_after.timestamp(), abs=1)
    assert told[name.format("signing-identity")] == pytest.approx(new.not_after.timestamp(), abs=1)
    assert name.format("push-certificate") in told
    assert not any('site="beta.test"' in each for each in told)


def test_it_costs_nine_queries_however_many_there_are(alpha: Site, beta: Site) -> None:
    for _ in range(3):
        person_at("enrolled", people.invite(alpha)[1])
    before = dump()

    with queries() as first:
        samples()
    with queries() as second:
        samples()

    assert len(first) == 9, first
    assert len(second) == 8, "every enrollment is counted once a minute"
    assert changed(before, dump()) == {}


def test_the_last_day_is_found_by_an_index(alpha: Site) -> None:
    rows = Event.objects.filter(kind="moved", at__gt="2026-01-01T00:00:00Z").order_by()
    assert "event_moves" in rows.explain()


def test_names_cannot_break_out_of_their_quotes() -> None:
    odd = 'a "quoted" \\ name\nof two lines {x="y"} 1'

    text = exposition([Gauge("gatehouse_x", "Help.", [({"site": odd}, 1_700_000_000.5), ({}, 3)])])

    assert text == (
        "# HELP gatehouse_x Help.\n# TYPE gatehouse_x gauge\n"
        'gatehouse_x{site="a \\"quoted\\" \\\\ name\\nof two lines {x=\\"y\\"} 1"} 1700000000.5\n'
        "gatehouse_x 3\n"
    )


def _token_from(folder: Path, **variables: str) -> str:
    """What the settings hold, or what they say instead of starting."""
    show = f"{SERVE}; from django.conf import settings; print(settings.METRICS_TOKEN)"
    done = run(show, production(folder) | variables)
    return done.stdout.splitlines()[-1] if done.returncode == 0 else done.stderr.splitlines()[-1]


def test_the_token_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "metrics-token"
    file.touch(0o600)
    file.write_text(f"{TOKEN}\n")

    assert _token_from(tmp_path, GATEHOUSE_METRICS_TOKEN=TOKEN) == TOKEN
    assert _token_from(tmp_path, GATEHOUSE_METRICS_TOKEN_FILE=str(file)) == TOKEN
    both = _token_from(tmp_path, GATEHOUSE_METRICS_TOKEN=TOKEN, GATEHOUSE_METRICS_TOKEN_FILE=str(file))
    assert both.endswith("Set GATEHOUSE_METRICS_TOKEN or GATEHOUSE_METRICS_TOKEN_FILE, not both.")
    file.chmod(0o644)
    assert "must belong to the service alone" in _token_from(tmp_path, GATEHOUSE_METRICS_TOKEN_FILE=str(file))
    file.write_text(" \n")
    file.chmod(0o600)
    assert "is empty" in _token_from(tmp_path, GATEHOUSE_METRICS_TOKEN_FILE=str(file))
