"""What a message of a device costs, counted: SQL statements without transaction control, and keys loaded."""

import plistlib
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrollment.actions import issuing
from enrollment.models import Certificate, EventKind
from tests.device.phones import Phones

CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
BUDGET = 4
SUPERSEDING = 6  # the earlier enrollment's move and its event besides


@pytest.fixture(autouse=True)
def warm(phones: Phones, settings: LazySettings) -> None:
    """A process that has served before, and a second in which it doesn't ask for the configuration's version."""
    phones.enrolled().idle_until_done()
    settings.CONFIGURATION_CHECK_SECONDS = 3600


@contextmanager
def budget(most: int) -> Iterator[None]:
    with CaptureQueriesContext(connection) as captured:
        yield
    statements = [query["sql"] for query in captured.captured_queries]
    counted = [sql for sql in statements if not sql.startswith(CONTROL)]
    assert len(counted) <= most, "\n".join(counted)


def test_every_check_in_needs_at_most_four_statements(phones: Phones) -> None:
    phone = phones.certified()
    for message in ("authenticate", "token_update", "token_update", "authenticate", "check_out"):
        with budget(BUDGET):
            getattr(phone, message)()


def test_a_token_update_that_supersedes_needs_six(phones: Phones) -> None:
    phones.enrolled(udid="00008101-000A1B2C3D4E001E")
    later = phones.authenticated(udid="00008101-000A1B2C3D4E001E")
    with budget(SUPERSEDING):
        later.token_update()


def test_idle_and_every_result_need_at_most_four(phones: Phones) -> None:
    phone = phones.enrolled()
    with budget(BUDGET):
        answer = phone.report(Status="Idle")  # queues the inventory
    while answer.body:
        number = plistlib.loads(answer.body)["CommandUUID"]
        with budget(BUDGET):
            answer = phone.report(Status="Acknowledged", CommandUUID=number, QueryResponses={})
    with budget(BUDGET):
        phone.report(Status="Idle")


def test_a_superseded_device_costs_no_more(phones: Phones) -> None:
    earlier = phones.enrolled(udid="00008101-000A1B2C3D4E001E")
    phones.enrolled(udid="00008101-000A1B2C3D4E001E")
    with budget(BUDGET):
        earlier.report(Status="Idle")
    assert EventKind.DEVICE_CONFLICT in earlier.events


def test_a_refusal_costs_no_more(phones: Phones) -> None:
    phone = phones.enrolled()
    with budget(BUDGET):
        assert phone.report(Status="Idle", UDID="another").status == 400


def test_an_unknown_certificate_costs_no_more(phones: Phones) -> None:
    phone = phones.enrolled()
    Certificate.objects.filter(pk=phone.certificate.pk).update(sha256=b"another fingerprint")
    with budget(BUDGET):
        assert phone.report(Status="Idle").status == 400


def test_no_request_of_a_device_loads_a_key(phones: Phones, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(der: bytes) -> None:
        raise AssertionError("a key was loaded")

    phones.enrolled().idle_until_done()
    monkeypatch.setattr(issuing, "key_from_der", load)
    phones.enrolled().idle_until_done()


def test_no_update_hides_its_condition_in_a_subquery(phones: Phones) -> None:
    """PostgreSQL asks the columns of a row again after waiting for it, but no subquery: see actions/moves.py."""
    with CaptureQueriesContext(connection) as captured:
        phone = phones.certified(udid="00008101-000A1B2C3D4E001E")
        phone.take(phone.issue())
        phone.take(phone.issue())
        phone.obtain_certificate()
        phone.authenticate()
        phone.token_update()
        phone.idle_until_done()
        phones.enrolled(udid="00008101-000A1B2C3D4E001E")
        phone.report(Status="Idle")
    updates = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("UPDATE")]
    assert len(updates) > 20
    assert not [sql for sql in updates if re.search(r'WHERE "\w+"\."id" IN \(SELECT', sql)]
