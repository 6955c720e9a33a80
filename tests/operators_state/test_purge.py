"""``manage.py purge``: each kind at its age and not a day before, and nothing that is needed to refuse something."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.contrib.sites.models import Site
from django.core.cache import cache
from django.core.management import CommandError
from django.db import connection
from django.db.models import Model

from enrollment.actions.purging import purge as purging
from enrollment.actions.purging.purge import older
from enrollment.actions.purging.rules import RULES, Rule
from enrollment.models import (
    AgreementAcceptance,
    Certificate,
    Challenge,
    Command,
    Device,
    Enrollment,
    Event,
    HandOver,
    Invitation,
    IssuedProfile,
    Status,
)
from sites_config.retention import KINDS
from tests import people
from tests.moved_clock import Clock, clock
from tests.operators_state.saved import said
from tests.rules.tables import dump
from tests.servers.databases import ROOT, environment, new_database, run
from tests.visitor import Visitor, person_at, quick_passwords

__all__ = ["clock", "quick_passwords"]

EXPLAIN = """
import django
django.setup()
from django.db import connection
from django.utils import timezone
from enrollment.actions.purging.purge import _behind, older
from enrollment.actions.purging.rules import RULES
connection.cursor().execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
for rule in RULES:
    rows = older(rule.candidates(), rule, timezone.now())
    for page in (rows, _behind(rows, rule.age, 1, timezone.now())):
        print(rule.what, "|", " ".join(page[:500].explain().split()))
"""


def days(clock: Clock, number: float) -> None:
    clock.forward(hours=24 * number)


def counts(*models: type[Model]) -> tuple[int, ...]:
    return tuple(model._default_manager.count() for model in models)


@pytest.mark.django_db
def test_an_attempt_that_came_to_nothing_goes_with_all_that_belongs_to_it(alpha: Site, clock: Clock) -> None:
    visitor, _phone = person_at("profile-fetched", people.invite(alpha)[1])
    visitor.hand_over()
    days(clock, 90)
    said("purge")
    assert Enrollment.objects.get().status == Status.EXPIRED
    assert counts(Challenge, IssuedProfile, HandOver) == (0, 0, 0)

    days(clock, 1.1)
    told = said("purge")

    assert counts(Enrollment) == (0,)
    assert not Event.objects.filter(invitation=None).exists()
    assert "1 attempts, older than 90 days: removed" in told


@pytest.mark.django_db
def test_what_refuses_a_certificate_that_would_be_valid_stays(alpha: Site, clock: Clock) -> None:
    _visitor, phone = person_at("failed", people.invite(alpha)[1])
    days(clock, 800)
    said("purge")

    certificate = Certificate.objects.get()
    assert certificate.revoked_at is not None
    assert counts(Enrollment, Challenge) == (1, 1)
    assert Enrollment.objects.get().claimed == {} == Enrollment.objects.get().answers
    with pytest.raises(Exception, match="400"):
        phone.authenticate()

    clock.time = certificate.not_after + timedelta(days=90)
    said("purge")
    assert counts(Certificate, Challenge) == (1, 1)
    days(clock, 0.1)
    said("purge")
    assert counts(Certificate, Challenge, IssuedProfile, Enrollment, Device) == (0, 0, 0, 0, 0)


@pytest.mark.django_db
def test_an_enrolled_device_and_how_it_was_enrolled_stay(alpha: Site, clock: Clock) -> None:
    _visitor, phone = person_at(
        "enrolled", people.invite(alpha, expires_at=clock.now() + timedelta(days=1))[1]
    )
    phone.idle_until_done()
    before = counts(Enrollment, Device, Certificate, Challenge, Invitation)
    timeline = Event.objects.filter(enrollment__isnull=False).count()
    days(clock, 1000)

    said("purge")

    assert counts(Enrollment, Device, Certificate, Challenge, Invitation) == before
    assert Event.objects.filter(enrollment__isnull=False).count() == timeline
    assert not Event.objects.filter(enrollment=None).exists() and not Command.objects.exists()
    assert phone.idle_until_done() == []


@pytest.mark.django_db
def test_events_of_an_enrollment_that_is_over_go_and_it_stays(alpha: Site, clock: Clock) -> None:
    _visitor, phone = person_at("enrolled", people.invite(alpha)[1])
    phone.check_out()
    days(clock, 731)
    said("purge")
    assert Enrollment.objects.get().status == Status.CHECKED_OUT
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_the_proof_of_an_acceptance_stays_without_the_answers(alpha: Site, clock: Clock) -> None:
    agreement = people.publish(alpha)
    visitor = Visitor()
    enrollment = visitor.start(people.invite(alpha)[1])
    Enrollment.objects.update(answers={"assign": "ana"})
    AgreementAcceptance.objects.create(
        site=alpha, enrollment=enrollment, agreement=agreement, language="en", text_sha256="0" * 64,
        accepted_at=clock.now(),
    )  # fmt: skip
    days(clock, 92)
    told = said("purge")
    assert counts(AgreementAcceptance, Enrollment) == (1, 1)
    assert Enrollment.objects.get().answers == {}
    assert "1 answers of attempts that are kept" in told
    assert "0 answers of attempts that are kept" in said("purge")


@pytest.mark.django_db
def test_invitations_go_a_year_after_their_end(alpha: Site, clock: Clock) -> None:
    people.invite(alpha, name="Open")
    people.invite(alpha, name="Expired", expires_at=clock.now())
    people.invite(alpha, name="Revoked", revoked_at=clock.now())
    days(clock, 365)
    said("purge")
    assert counts(Invitation) == (3,)
    days(clock, 0.1)
    said("purge")
    assert list(Invitation.objects.values_list("name", flat=True)) == ["Open"]


@pytest.mark.django_db
def test_sessions_and_cache_rows_that_expired_go(alpha: Site, clock: Clock) -> None:
    for name, hours in (("old", -1), ("new", 1)):
        Session.objects.create(
            session_key=name, session_data="", expire_date=clock.now() + timedelta(hours=hours)
        )
        cache.set(name, 1, 3600 * (hours + 2))
    days(clock, 1.5 / 24)
    Session.objects.filter(session_key="new").update(expire_date=clock.now() + timedelta(hours=1))

    said("purge")

    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM gatehouse_cache")
        keys = [key for (key,) in cursor.fetchall()]
    assert any(key.endswith("new") for key in keys) and not any(key.endswith("old") for key in keys)


@pytest.mark.django_db
def test_a_dry_run_changes_nothing(alpha: Site, clock: Clock) -> None:
    person_at("profile-fetched", people.invite(alpha, revoked_at=None)[1])
    Enrollment.objects.update(status=Status.EXPIRED)
    days(clock, 1000)
    before = dump()
    told = said("purge", "--dry-run")
    assert dump() == before
    assert "1 attempts, older than 90 days: would go" in told


@pytest.mark.django_db
def test_the_operator_sets_the_days(alpha: Site, clock: Clock) -> None:
    Visitor().start(people.invite(alpha)[1])
    days(clock, 10)
    said("purge", "--enrollments", "9")  # they count from when the attempt had to end, a day after its start
    assert counts(Enrollment) == (1,)
    days(clock, 0.1)
    said("purge", "--enrollments", "9")
    assert counts(Enrollment) == (0,)
    for wrong in ("0", "-1", "x"):
        with pytest.raises(CommandError):
            said("purge", f"--enrollments={wrong}")


def test_the_environment_sets_them_too() -> None:
    url = new_database("sqlite").url
    command = [sys.executable, "manage.py", "purge", "--dry-run"]
    for value, code in (("12", 0), ("0", 1), ("soon", 1)):
        done = subprocess.run(
            command, cwd=ROOT, env=environment(url, GATEHOUSE_RETENTION_EVENTS=value), capture_output=True, text=True,
            check=False, timeout=100,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert ("older than 12 days" in done.stdout) == (code == 0)


def test_every_kind_has_a_rule_and_a_line_in_the_guide() -> None:
    guide = (settings.BASE_DIR / "docs" / "operators.md").read_text()
    assert {rule.kind for rule in RULES} == {kind.name for kind in KINDS}
    for kind in KINDS:
        assert f"| `--{kind.name}` | {kind.days} |" in guide


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(purging, "BATCH", 2)
    yield


@pytest.mark.django_db
def test_stopped_after_a_batch_the_next_run_goes_on(
    alpha: Site, clock: Clock, small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        people.invite(alpha, revoked_at=clock.now())
    days(clock, 366)
    whole, batches = purging._remove, []

    def stopping(rule: Any, batch: list[int]) -> int:
        batches.append(batch)
        if len(batches) == 2:
            raise KeyboardInterrupt
        return whole(rule, batch)

    monkeypatch.setattr(purging, "_remove", stopping)
    with pytest.raises(KeyboardInterrupt):
        said("purge")
    assert counts(Invitation) == (3,)
    monkeypatch.setattr(purging, "_remove", whole)
    assert "3 revoked invitations" in said("purge")


@pytest.mark.django_db
def test_more_than_a_batch_goes_in_one_run(alpha: Site, clock: Clock, small_batches: None) -> None:
    for number in range(5):
        people.invite(alpha, revoked_at=clock.now())
        Session.objects.create(session_key=str(number), session_data="", expire_date=clock.now())
    kept, _token = people.invite(alpha, revoked_at=clock.now())
    Enrollment.objects.filter(pk=Visitor().start(people.invite(alpha, name="Open")[1]).pk).update(
        status=Status.ENROLLED, invitation=kept, invitation_use=""
    )
    days(clock, 366)

    told = said("purge")

    assert "5 revoked invitations" in told and "5 expired sessions" in told
    assert set(Invitation.objects.values_list("name", flat=True)) == {kept.name, "Open"}


@pytest.mark.django_db
def test_every_age_is_looked_up_in_an_index(alpha: Site, clock: Clock) -> None:
    """PostgreSQL's below; the condition of this partial index SQLite can't prove."""
    for rule in RULES:
        plan = older(rule.candidates(), rule, clock.now())[:500].explain()
        assert rule.model is Enrollment or f"SEARCH {rule.model._meta.db_table} USING" in plan, plan


@pytest.mark.postgres
def test_every_age_is_looked_up_in_an_index_on_postgresql() -> None:
    done = run(new_database("postgresql").url, "-c", EXPLAIN)
    assert done.returncode == 0, done.stderr
    plans = [line.split("|") for line in done.stdout.splitlines()]
    assert len(plans) == 2 * len(RULES)
    indexes = {rule.what: _indexes(rule) for rule in RULES}
    for what, plan in plans:
        assert any(name in plan for name in indexes[what.strip()]), plan
        # An incremental sort reads no further than it must.
        assert "Seq Scan" not in plan and "-> Sort" not in plan, plan


def _indexes(rule: Rule) -> list[str]:
    """Parts of the names of those that begin with the rule's age."""
    own = [str(index.name) for index in rule.model._meta.indexes if index.fields[:1] == [rule.age]]
    return own or [f"_{rule.age}_"]
