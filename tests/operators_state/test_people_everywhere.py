"""What is forgotten of a person was in the export, and what the administration wrote of them is in both."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sites.models import Site
from django.test import Client

from enrollment.actions.personal.columns import NAMINGS, Naming
from enrollment.models import Delivery, Device, DirectoryServer, Enrollment, Invitation, ListedDevice, Person
from sites_config.models import LoggedChange
from tests import people
from tests.admin.conftest import anna, as_anna
from tests.operators_state.saved import said
from tests.operators_state.test_people import ASSIGNED, KEY, ana, export, forget
from tests.visitor import quick_passwords

__all__ = ["ana", "anna", "as_anna", "quick_passwords"]
pytestmark = pytest.mark.django_db


def test_what_is_forgotten_was_in_the_export_column_by_column(ana: Enrollment, alpha: Site) -> None:
    """A new column that names people is in both, or this fails."""
    ListedDevice.objects.create(
        site=alpha, serial_number="F2LX1234ABCD", owner_user_name="ana.alvarez", owner_full_name="Ana Alvarez",
        owner_email="ana@alpha.example", note="Collects it on Monday",
    )  # fmt: skip
    people.person(alpha, "ana.alvarez", "Ana Alvarez", email="ana@alpha.example", room="7")
    source = {"assigned_source": f"people:{alpha.pk}", "assigned_external_id": str(Person.objects.get().pk)}
    Device.objects.create(
        site=alpha,
        udid="other",
        **ASSIGNED | source,
        first_seen_at=ana.started_at,
        last_seen_at=ana.started_at,
    )
    invitation = Invitation.objects.get(name="For Ana Alvarez")
    Delivery.objects.create(
        site=alpha, channel="mail", kind="invitation", invitation=invitation, recipient="ana@alpha.example",
        created_at=ana.started_at, next_try_at=ana.started_at, error="550 ana@alpha.example",
    )  # fmt: skip
    before = {naming: rows_of_all(naming) for naming in NAMINGS}

    for options in (["--source", KEY[0]], ["--source", f"people:{alpha.pk}"]):
        told = export("ana.alvarez", *options)
        forgotten = said("forget_person", "--site", "alpha.test", "ana.alvarez", *options, "--dry-run")
        for naming in NAMINGS:
            number = int(re.findall(rf"^(\d+) {naming.model._meta.verbose_name_plural}:", forgotten, re.M)[0])
            assert len(told[naming.called]) == number, naming
            for row in told[naming.called]:
                assert {name for name in naming.blanked} <= row.keys(), naming
    assert {naming.called for naming in NAMINGS if not told[naming.called]} <= {
        "identities", "enrollments", "agreements_accepted",
    }  # fmt: skip
    assert [each["note"] for each in told["listed_devices"]] == ["Collects it on Monday"]
    assert before == {naming: rows_of_all(naming) for naming in NAMINGS}


def rows_of_all(naming: Naming) -> list[Any]:
    return list(naming.model._default_manager.order_by("pk").values())


def test_what_was_asked_and_done_about_her_in_the_administration(
    ana: Enrollment, alpha: Site, beta: Site, as_anna: Client
) -> None:
    as_anna.post(f"/admin/sites/site/{alpha.pk}/press/explain/", {"user_name": "ana.alvarez"})
    server = DirectoryServer.objects.create(
        site=alpha, name="Main", hosts="127.0.0.1:9", user_base="dc=x", enabled=False
    )
    as_anna.post(
        f"/admin/enrollment/directoryserver/{server.pk}/press/look_up/", {"user_name": "ana.alvarez"}
    )
    gone = people.person(alpha, "bea", "Bea Brown", position="deputy of Ana Alvarez")
    as_anna.post(f"/admin/enrollment/person/{gone.pk}/delete/", {"post": "yes"})
    log = LogEntry.objects.exclude(change_message="")
    assert log.filter(change_message__contains="lvarez").count() == 3 == LoggedChange.objects.count()
    LoggedChange.objects.create(
        site=beta, at=ana.started_at, act=2, kind="sites.site", subject="Beta", told="Looked up ana.alvarez."
    )

    told = export("ana.alvarez")
    assert len(told["changes_in_the_administration"]) == 3
    forget("ana.alvarez", "--yes")

    assert "lvarez" not in str(
        [*LogEntry.objects.values(), *LoggedChange.objects.filter(site=alpha).values()]
    )
    assert {each.change_message for each in log} >= {
        "Explained enrollment for forgotten.", "Looked up forgotten.",
    }  # fmt: skip
    assert "Bea Brown" in str(LoggedChange.objects.values()), "and nobody else's"
    assert LoggedChange.objects.get(site=beta).told == "Looked up ana.alvarez.", "somebody else's, elsewhere"
