"""Whether what is sent is sent: the doctor and Prometheus look at the worker and at what waits."""

from datetime import timedelta

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone

from enrollment.actions.heartbeats import OUTBOX, beat, last_beat
from enrollment.actions.invitation_sending import send
from enrollment.actions.metrics import outbox
from enrollment.doctor.finding import Asked, Finding
from enrollment.doctor.worker import worker
from tests import people

pytestmark = pytest.mark.django_db


def said(minutes: float = 0) -> list[Finding]:
    return list(worker(Asked(timezone.now() + timedelta(minutes=minutes))))


def test_one_that_never_ran_and_one_that_died_are_told_apart() -> None:
    (never,) = said()
    beat(OUTBOX, now=timezone.now())
    (lives,) = said()
    (died,) = said(minutes=3)

    assert (never.state, lives.state, died.state) == ("failed", "ok", "failed")
    assert "never run" in never.text and "last heard of" in died.text and "run_worker" in died.todo


def test_it_is_heard_of_every_twenty_seconds_also_after_the_clock_was_set_back() -> None:
    now = timezone.now()
    heard = []
    for seconds in (0, 19, 20, -3600):
        beat(OUTBOX, now=now + timedelta(seconds=seconds))
        at = last_beat(OUTBOX)
        assert at is not None
        heard.append((at - now).total_seconds())

    assert heard == [0, 0, 20, -3600]


def test_what_waits_too_long_is_named_and_what_waits_for_its_next_try_is_not(alpha: Site) -> None:
    beat(OUTBOX, now=timezone.now())
    send([people.invite(alpha, email="ana@school.example")[0]], actor=None, now=timezone.now())

    assert [each.state for each in said()] == ["ok"]
    assert "messages wait to be sent since" in said(minutes=16)[-1].text


def test_prometheus_hears_of_both(alpha: Site) -> None:
    send([people.invite(alpha, email="ana@school.example")[0]], actor=None, now=timezone.now())
    waiting, heard = outbox(timezone.now())
    numbers = {labels["channel"]: number for labels, number in waiting.samples}
    assert numbers == {"mail": 1, "sms": 0, "webhook": 0} and heard.samples == []

    now = timezone.now()
    beat(OUTBOX, now=now)
    assert list(outbox(now))[1].samples == [({}, now.timestamp())]
