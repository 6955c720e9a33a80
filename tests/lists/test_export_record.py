"""Whoever takes people's data away as a file leaves a record: who, when, which list, how many rows, how chosen."""

from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.test import Client

from enrollment.models import AgreementAcceptance, Device, Enrollment, Event, EventKind, ListedDevice
from sites_config.models import User
from tests import people
from tests.admin.world import World
from tests.lists.test_bulk import ENROLLMENTS, URL, ask, device

ACCEPTANCES = "/admin/enrollment/agreementacceptance/"
LISTED = "/admin/enrollment/listeddevice/"
EVENTS = "/admin/enrollment/event/"


def record() -> list[dict[str, Any]]:
    events = Event.objects.filter(kind=EventKind.DATA_EXPORTED).order_by("site", "pk")
    return [{"site": event.site.name, "actor": str(event.actor), **event.data} for event in events]


@pytest.fixture
def devices(alpha: Site) -> list[Device]:
    school = people.new_site("North School", parent=alpha, ready=False)
    return [device(alpha, "F1", assigned_user_name="ana"), device(alpha, "F2"), device(school, "F3")]


def test_each_site_whose_rows_went_out_has_it(as_anna: Client, anna: User, devices: list[Device]) -> None:
    ask(as_anna, "export", devices, confirmed="yes")

    facts = {"actor": str(anna), "list": "devices", "chosen": "one by one"}
    assert record() == [
        {"site": "Alpha School", "rows": 2, **facts}, {"site": "North School", "rows": 1, **facts},
    ]  # fmt: skip


def test_the_page_before_and_a_get_leave_none(as_anna: Client, devices: list[Device]) -> None:
    ask(as_anna, "export", devices)
    as_anna.get(f"{URL}?action=export&_selected_action={devices[0].pk}&confirmed=yes")

    assert record() == []


def test_filters_are_named_and_what_was_searched_for_is_not(
    as_anna: Client, alpha: Site, devices: list[Device]
) -> None:
    """Somebody who is forgotten later must not stand in the record."""
    address = f"{URL}?site__id__exact={alpha.pk}&lost=no&q=ana&o=1&p=1"

    ask(as_anna, "export", devices[:1], address, confirmed="yes", select_across="1")

    (only,) = record()
    assert only["filters"] == f"site__id__exact={alpha.pk}, lost=no"
    assert (only["rows"], only["searched"], only["chosen"]) == (1, "yes", "all that the list showed")
    assert "ana" not in str(Event.objects.get(kind=EventKind.DATA_EXPORTED).data)


def test_every_list_that_can_be_exported_does_it(as_anna: Client, alphas: World, betas: World) -> None:
    """Of what somebody asked for, what they got: nothing of Beta."""
    ask(as_anna, "export", list(Enrollment.objects.all()), ENROLLMENTS, confirmed="yes")
    ask(as_anna, "export_selected", list(AgreementAcceptance.objects.all()), ACCEPTANCES)
    ask(as_anna, "export_selected", list(ListedDevice.objects.all()), LISTED)

    assert [(each["site"], each["list"], each["rows"]) for each in record()] == [
        ("Alpha School", "enrollments", 2),
        ("Alpha School", "agreement acceptances", 1),
        ("Alpha School", "listed devices", 1),
    ]


def test_an_auditor_exports_reads_it_and_finds_it_among_the_events(
    as_vera: Client, vera: User, devices: list[Device]
) -> None:
    ask(as_vera, "export", devices, confirmed="yes")

    page = as_vera.get(f"{EVENTS}?kind__exact=data-exported").content.decode()

    assert "list: devices; rows: 2; chosen: one by one" in page and str(vera) in page
