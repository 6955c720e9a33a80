"""Opens lists on the PostgreSQL named by DATABASE_URL and prints what each asked of it.

``python -m tests.lists.plans NUMBER`` fills it with so many devices first. Output: one JSON object, by name and page.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django
from django.db import connection
from django.test.utils import setup_test_environment

BIG = (
    "enrollment_device",
    "enrollment_enrollment",
    "enrollment_event",
    "enrollment_invitation",
    "enrollment_delivery",
    "enrollment_listeddevice",
    "enrollment_person",
    "enrollment_certificate",
    "sites_config_loggedchange",
)


@contextmanager
def asked() -> Iterator[list[str]]:
    """The SELECTs of the block, with their values."""
    found: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT"):
            with connection.connection.cursor() as cursor:  # not counted itself
                found.append(cursor.mogrify(sql, params) if params else sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes(each)


def read(sql: str) -> list[tuple[int, str]]:
    """(rows looked at, by what) for each visit of a big table."""
    with connection.connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}")
        (plan,) = cursor.fetchone()
    found = []
    for node in nodes(plan[0]["Plan"]):
        looked_at = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        looked_at += node.get("Rows Removed by Index Recheck", 0)
        if node.get("Relation Name") in BIG or node["Node Type"] == "Bitmap Index Scan":
            where = node.get("Relation Name") or node["Index Name"]
            found.append((int(looked_at * node["Actual Loops"]), f"{node['Node Type']} on {where}"))
    return found


def pages() -> Iterator[tuple[str, str, str]]:
    """(name, who, path)"""
    from enrollment.models import Certificate, Device, Enrollment, Invitation, Person
    from sites_config.references import spoken

    device = Device.objects.order_by("pk")[Device.objects.count() // 3]
    person = Person.objects.get(pk=77)
    stands = Device.objects.exclude(stands_at=None).latest("pk").stands_at_id
    enrollment, invitation = Enrollment.objects.get(pk=device.pk), Invitation.objects.get(pk=77)
    lists: dict[str, tuple[str, ...]] = {
        "device": ("o=2", "o=-3", "q=" + device.serial_number[:8].lower(), "q=" + device.assigned_email, "lost=yes",
                   f"q={device.assigned_user_name}", "enrollment__status__exact=failed", "kind=iPhone", "p=99",
                   "q=" + spoken(enrollment.reference), f"stands_at__id__exact={stands}", "q=nobody-has-this",
                   "o=-8&p=100"),
        "enrollment": ("status__exact=failed", f"q={device.serial_number}", f"q={invitation.name.split()[-1]}x",
                       "q=nobody-has-this", "p=100", f"q={device.assigned_user_name}"),
        "event": ("kind__exact=device-conflict", f"q={device.serial_number}", "p=100", "o=1"),
        "invitation": ("o=0", f"q={invitation.email}", "p=100", "q=nobody-has-this"),
        "delivery": (f"q={invitation.email}", "p=100"),
        "listeddevice": ("q=TAG-4711", f"q={device.serial_number[:6]}", f"q={device.assigned_user_name}", "p=100",
                         "q=nobody-has-this", "state=enrolled", "state=refused", "state=not-seen", "state=left"),
        "person": (f"q={person.email}", f"q={person.user_name[2:]}", "q=nobody-has-this", "p=100", "o=-1"),
        "certificate": (f"q={Certificate.objects.get(pk=77).serial_number}", "q=nobody-has-this", "p=100"),
        "loggedchange": ("q=nobody-has-this", "q=4711", "p=100", "act__exact=3"),
    }  # fmt: skip
    for who in ("root", "anna", "head"):
        for model, queries in lists.items():
            for query in ("", *(queries if who == "root" or model == "device" else queries[:2])):
                app = "sites_config" if model == "loggedchange" else "enrollment"
                yield f"{model}?{query}", who, f"/admin/{app}/{model}/?{query}"
    yield "a device's page", "root", f"/admin/enrollment/device/{device.pk}/change/"
    yield "an enrollment's page", "root", f"/admin/enrollment/enrollment/{enrollment.pk}/change/"
    yield "an invitation's page", "root", f"/admin/enrollment/invitation/{invitation.pk}/change/"


def go_on(client: Any, path: str) -> str:
    """What “Go on from here” leads to, from the last page that is shown."""
    url = client.get(f"{path}?p=100").context["cl"].go_on_url
    assert url, path
    return f"{path}{url}"


def look(client: Any, path: str) -> dict[str, Any]:
    with asked() as statements:
        answer = client.get(path, follow=True)
    listed = answer.context["cl"] if answer.context and "cl" in answer.context else None
    visits = [visit for sql in statements for visit in read(sql)]
    return {
        "status": answer.status_code,
        "queries": len(statements),
        "most": max(visits, default=(0, "")),
        "whole": [where for rows, where in visits if rows > 20_000 and where.startswith("Seq")],
        "count": str(listed.result_count) if listed else "",
        "shown": len(listed.result_list) if listed else 0,
    }


def main(number: int) -> dict[str, Any]:
    from django.contrib.sites.models import Site

    from sites_config.models import Privilege
    from tests import people
    from tests.admin.world import logged_in
    from tests.lists.rows import fill, schools

    alpha = Site.objects.get(name="Alpha School")
    school = schools(alpha)
    other = people.new_site("Beta College", "beta.test", ready=False)
    fill(number, [alpha, *school])
    head = people.staff("head", "Head", (school[3], Privilege.ADMINISTER_SITE), is_staff=True)
    both = ((alpha, Privilege.ADMINISTER_SITE), (other, Privilege.VIEW_SITE))
    anna = people.staff("anna", "Anna", *both, is_staff=True)
    clients = {
        "root": logged_in(people.staff("root", "Root", is_staff=True, is_superuser=True), alpha),
        "anna": logged_in(anna, alpha),
        "head": logged_in(head, alpha),
    }
    found = {f"{who}: {name}": look(clients[who], path) for name, who, path in pages()}
    for model in ("device", "enrollment", "event", "invitation", "delivery"):
        further = go_on(clients["root"], f"/admin/enrollment/{model}/")
        found[f"root: {model}, further"] = look(clients["root"], further)
    return found


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sites_config.settings")
    django.setup()
    setup_test_environment()  # so that answers tell what they were made of
    print(json.dumps(main(int(sys.argv[1]))))
