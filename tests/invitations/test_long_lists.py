"""Lists as long as a file may be: no statement grows with them. SQLite takes 32,766 values, PostgreSQL 65,535."""

import csv
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.sites.models import Site
from django.db import connection
from django.test import Client

from enrollment.actions import outbox
from enrollment.actions.invitations import revoke_many
from enrollment.models import Delivery, Invitation
from tests.invitations.test_import_page import kept, upload
from tests.invitations.test_not_all_today import call
from tests.moved_clock import Clock

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 2500
FILE = "email\n" + "".join(f"p{each}@school.example\n" for each in range(ROWS))
MESSAGES = "/admin/enrollment/delivery/"


@pytest.fixture
def few_values(alpha: Site) -> Iterator[None]:
    """In one statement no more than a thousand rows have, and what is asked of them besides."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's limit can't be set.")
    connection.ensure_connection()
    known = connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 1100)
    yield
    connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, known)


@pytest.mark.usefixtures("few_values")
def test_a_file_by_the_command(tmp_path: Path) -> None:
    file, links = tmp_path / "people.csv", tmp_path / "links.csv"
    file.write_text(FILE)

    said = call("--csv", str(file), "--send", "--links", str(links))

    assert said == f"{ROWS} made, 0 skipped\n{ROWS} queued to be sent\n"
    with links.open(encoding="utf-8-sig", newline="") as written:
        names = [row["email"] for row in csv.DictReader(written)]
    assert names == [f"p{each}@school.example" for each in range(ROWS)], "in the order of the file"


@pytest.mark.usefixtures("few_values")
def test_a_file_that_is_uploaded_and_everything_of_it_cancelled(as_anna: Client, alpha: Site) -> None:
    shown = upload(as_anna, alpha, FILE)
    upload(as_anna, alpha, kept=kept(shown), really="Make them", send="on")
    assert Delivery.objects.filter(state="waiting").count() == ROWS

    first = Delivery.objects.earliest("pk").pk
    data = {"action": "cancel_selected", "_selected_action": [first], "select_across": "1"}
    page = as_anna.post(MESSAGES, data, follow=True).content.decode()

    assert f"{ROWS} will not be sent." in page
    assert Delivery.objects.filter(state="cancelled").count() == ROWS
    assert Invitation.objects.filter(sending="").count() == ROWS


@pytest.mark.usefixtures("few_values")
def test_many_are_revoked_while_their_messages_wait(alpha: Site, tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "people.csv"
    file.write_text(FILE)
    call("--csv", str(file), "--send")

    keys = list(Invitation.objects.values_list("pk", flat=True))
    assert revoke_many(keys, actor=None, now=clock.time) == ROWS

    assert set(Delivery.objects.values_list("state", flat=True)) == {"cancelled"}


@pytest.mark.usefixtures("few_values")
def test_what_many_dead_workers_left(alpha: Site, clock: Clock) -> None:
    rows = Invitation.objects.bulk_create(
        Invitation(site=alpha, name="x", token_sha256=b"%d" % each, created_at=clock.time)
        for each in range(ROWS)
    )
    Delivery.objects.bulk_create(
        Delivery(
            site=alpha,
            channel="mail",
            kind="invitation",
            invitation=row,
            recipient="x",
            state="sending",
            created_at=clock.time,
            next_try_at=clock.time,
            leased_until=clock.time,
        )
        for row in rows
    )

    assert outbox.reap(now=clock.time) == ROWS
    assert Invitation.objects.filter(sending="unknown").count() == ROWS
