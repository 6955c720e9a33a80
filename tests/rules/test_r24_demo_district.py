"""R24: the district of the demonstration: no page of the admin is empty, and what happened could have happened."""

import json

import pytest

from tests.rules.start import run

STORY = r"""
import json, django
django.setup()
from collections import Counter
from datetime import timedelta
from django.contrib import admin
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from enrollment.actions import demo
from enrollment.actions.readiness import readiness
from enrollment.models import Device, Enrollment, Event, Invitation, Person
from enrollment.models.moves import MOVES
from sites_config.models import SiteAddress, SiteConfiguration, SitePrivilege, User

def counts():
    return {model._meta.label: model._default_manager.count() for model in admin.site._registry}

call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
now = timezone.now()
district = demo.load_demo(hosts=("127.0.0.1",), now=now)
before = counts()
demo.load_demo(hosts=("127.0.0.1",), now=now)
after = counts()
demo.load_demo(hosts=("127.0.0.1",), now=now + timedelta(hours=1))

moves = []
for row in Enrollment.objects.all():
    for event in row.events.filter(kind="moved").order_by("at", "pk"):
        moves.append((event.data.get("from", ""), event.data["to"]))
    assert event.data["to"] == row.status, row
allowed = {(str(a), str(b)) for a, targets in MOVES.items() for b in targets} | {("", "started")}
uses = {row.name: [row.uses_held, row.uses_spent, row.enrollments.filter(invitation_use="held").count(),
        row.enrollments.filter(invitation_use="spent").count()] for row in Invitation.objects.all()}
client = Client(headers={"Host": "127.0.0.1:8000"})
client.force_login(User.objects.get(username="demo"))
session = client.session
session["_site_id"] = district.pk
session.save()
pages = {}
for model, model_admin in admin.site._registry.items():
    base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    pages[base] = client.get(base).status_code
    row = model._default_manager.order_by("pk").last()
    pages[f"{base}{row.pk}"] = client.get(f"{base}{row.pk}/change/").status_code
print(json.dumps({
    "counts": before, "same": before == after,
    "stuck": Enrollment.objects.filter(status="certificate-issued", idle_until__gt=now + timedelta(hours=1)).count(),
    "statuses": Counter(Enrollment.objects.values_list("status", flat=True)),
    "wrong_moves": sorted({each for each in moves if each not in allowed}),
    "uses": uses,
    "hosts": list(SiteAddress.objects.order_by("host").values_list("host", "site__name")),
    "states": sorted({admin.site.get_model_admin(Invitation).state(row) for row in Invitation.objects.all()}),
    "staff": sorted(User.objects.filter(is_demo=True).values_list("username", flat=True)),
    "homonyms": Person.objects.filter(full_name="Anna Schmidt").count(),
    "pages": {url: status for url, status in pages.items() if status != 200},
    "twice": Device.objects.filter(enrollments__status="superseded").distinct().count(),
    "missing": {row.site.name: [each.subject for each in readiness(SiteConfiguration.for_site(row.site_id), now=now)
                if each.state == "missing"] for row in SiteConfiguration.objects.select_related("site")},
    "days": len({each.date() for each in Enrollment.objects.values_list("started_at", flat=True)}),
}))
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    environment = {
        "GATEHOUSE_DEMO": "1",
        "GATEHOUSE_VAR": str(tmp_path_factory.mktemp("district")),
        "DJANGO_SETTINGS_MODULE": "sites_config.settings",
    }
    result = run(STORY, environment)
    assert result.returncode == 0, result.stderr
    facts: dict[str, object] = json.loads(result.stdout)
    return facts


def test_r24_nothing_is_empty_and_twice_makes_nothing_twice(told: dict[str, object]) -> None:
    counts = told["counts"]
    assert isinstance(counts, dict)
    assert {label for label, count in counts.items() if not count} == set()
    assert counts["enrollment.Enrollment"] == 200 and counts["enrollment.Person"] == 50
    assert counts["sites.Site"] == 3 and told["same"] is True
    assert told["pages"] == {}


def test_r24_its_people_and_places(told: dict[str, object]) -> None:
    assert told["staff"] == ["audrey", "demo", "nina", "noah", "theo"]
    assert told["hosts"] == [["127.0.0.1", "Northwind District"], ["localhost", "Northwind Primary"]]
    assert told["homonyms"] == 2
    assert set(told["missing"]) == {"Northwind District", "Northwind High", "Northwind Primary"}  # type: ignore[call-overload]
    assert not any(told["missing"].values())  # type: ignore[attr-defined]


def test_r24_what_happened_there_could_have_happened(told: dict[str, object]) -> None:
    statuses, uses = told["statuses"], told["uses"]
    assert isinstance(statuses, dict) and isinstance(uses, dict)
    assert told["wrong_moves"] == []
    assert (
        statuses["enrolled"] > 140
        and statuses["failed"] == 10
        and statuses["superseded"] == told["twice"] == 6
    )
    assert all(
        [held, spent] == [rows_held, rows_spent] for held, spent, rows_held, rows_spent in uses.values()
    )
    assert {"Created", "Being sent", "Started", "Expired", "Revoked", "Used up"} == set(told["states"])  # type: ignore[call-overload]
    assert 8 <= told["days"] <= 15  # type: ignore[operator]


def test_r24_one_is_stuck_whenever_somebody_looks(told: dict[str, object]) -> None:
    assert told["stuck"] == 1
