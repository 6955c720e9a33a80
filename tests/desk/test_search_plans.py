"""On PostgreSQL no look-up of the help desk reads a whole table, however many rows there are."""

import json
import re

import pytest
from django.apps import apps

from enrollment.models.folded import ByBytes
from tests.servers.databases import new_database, run

pytestmark = pytest.mark.postgres
# Rows enough that reading them all would be dearer, and the plan of every query of the box.
SCRIPT = """
import json, django
django.setup()
from datetime import timedelta
from django.contrib.sites.models import Site
from django.db import connection
from django.utils import timezone
from enrollment.admin import help_look_ups as box
from enrollment.admin.help_search import asked as asked_by
from enrollment.models import Delivery, Device, Enrollment, Event, Invitation, ListedDevice, Person
from sites_config.models import Privilege, User
from tests import people
site, now = Site.objects.get(name="Alpha School"), timezone.now()
def names(n):
    return {"assigned_user_name": f"pupil{n}", "assigned_full_name": f"Pupil Number{n}", "assigned_email": f"p{n}@a.b"}
def names_of_invitation(n):
    bound = {"only_user_name": f"pupil{n}", "only_email": f"p{n}@a.b", "only_serial_number": f"SERIAL{n}"}
    named = {"assigned_user_name": f"pupil{n}", "assigned_full_name": f"Pupil Number{n}", "email": f"p{n}@a.b"}
    return bound if n % 7 == 0 else named
times = {"started_at": now, "idle_until": now, "ends_at": now}
Enrollment.objects.bulk_create(
    Enrollment(entry_site=site, site=site, key_sha256=n.to_bytes(32, "big"), signed_in_name=f"Signed In{n}",
               **times, **names(n)) for n in range(6000))
Device.objects.bulk_create(
    Device(site=site, udid=f"UDID{n}", serial_number=f"SERIAL{n}", first_seen_at=now, last_seen_at=now, **names(n))
    for n in range(6000))
Person.objects.bulk_create(
    Person(site=site, user_name=f"pupil{n}", user_name_folded=f"pupil{n}", full_name=f"Pupil Number{n}",
           email=f"p{n}@a.b") for n in range(6000))
Invitation.objects.bulk_create(
    Invitation(site=site, name=f"Invitation {n}", token_sha256=n.to_bytes(32, "big"), token_encrypted=b"-",
               created_at=now, **names_of_invitation(n)) for n in range(6000))
ListedDevice.objects.bulk_create(
    ListedDevice(site=site, serial_number=f"LISTED{n}", asset_tag=f"IT-{n}", owner_user_name=f"pupil{n}",
                 owner_full_name=f"Pupil Number{n}", owner_email=f"p{n}@a.b") for n in range(6000))
Delivery.objects.bulk_create(
    Delivery(site=site, channel="mail", kind="invitation", recipient=f"p{n}@a.b", next_try_at=now, created_at=now,
             invitation=row) for n, row in enumerate(Invitation.objects.all()))
Event.objects.bulk_create(
    Event(site=site, kind=("moved", "device-refused", "reenrollment-refused")[n % 3], at=now,
          data={"serial_number": f"SERIAL{n}"}) for n in range(6000))
with connection.cursor() as cursor:
    cursor.execute("ANALYZE")
row = Enrollment.objects.latest("pk")
asked = {
    box._address: [f"/enroll/{row.public_id}/", "/i/" + "t" * 43, "/h/" + "t" * 22],
    box._code: [row.reference], box._email: ["P17@a.b"], box._device: ["serial17", "listed17", "it-17"],
    box._phone: ["+49 170 1234567"], box._name: ["pupil17", "Invitation 17"],
    box._beginning: ["pupil number17", "Invitation 17", "it-17"],
}
hana = people.staff("hana", "Hana Help", (site, Privilege.HELP_PEOPLE), is_staff=True)
root = people.staff("root", "Root Rowe", is_staff=True, is_superuser=True)
plans = {}
for user in (hana, root):
    for way, texts in asked.items():
        for text in texts:
            for rows in way(text):
                plan = asked_by(rows, user).explain()
                plans[f"{user.username} {way.__name__} {rows.model.__name__} {text}"] = plan
print(json.dumps(plans))
"""


def test_every_look_up_uses_an_index() -> None:
    done = run(new_database("postgresql").url, "-c", SCRIPT)

    assert done.returncode == 0, done.stderr[-3000:]
    plans: dict[str, str] = json.loads(done.stdout)
    assert len(plans) > 70
    tables = "enrollment|device|person|invitation|listeddevice|delivery|event"
    reads_all = re.compile(rf"Seq Scan on enrollment_({tables})\b")
    assert {name: plan for name, plan in plans.items() if reads_all.search(plan)} == {}, "\n".join(
        f"{name}\n{plan}" for name, plan in plans.items() if reads_all.search(plan)
    )


def test_the_indexes_of_names_serve_beginnings_in_every_locale() -> None:
    rows = new_database("postgresql").rows(
        "SELECT indexname, indexdef FROM pg_indexes WHERE indexdef LIKE ?", "%upper%"
    )

    folded = {
        index.name
        for model in apps.get_models()
        for index in model._meta.indexes
        if any(isinstance(each, ByBytes) for each in index.expressions)
    }
    assert len(folded) == 22
    assert folded - {name for name, made in rows if "varchar_pattern_ops" in made} == set()
