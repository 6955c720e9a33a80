"""The list of devices at a million rows, beside Django's stock ModelAdmin on the same rows and the same indexes.

    .venv/bin/python -m bench.admin_lists [--devices 1000000] [--times 7]

On a PostgreSQL of its own (initdb from the system's packages), thrown away afterwards. Each figure is the best and the
median of so many requests, in one process, from the view to the rendered page.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import django
from django.core.management import call_command

from tests.servers.postgres import cluster

# Which column of which list to sort by: the stock one has the same columns in the same order.
COLUMNS = ("serial_number", "name", "model_name", "assigned_user_name", "site", "ownership", "last_seen_at")


def prepare(devices: int) -> tuple[Any, Any]:
    """(a superuser, a device in the middle)"""
    from enrollment.models import Device
    from tests import people
    from tests.lists.rows import fill, schools

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    alpha = people.new_site("Alpha School", "alpha.test", ready=False)
    fill(devices, [alpha, *schools(alpha)])
    root = people.staff("root", "Root", is_staff=True, is_superuser=True)
    return root, Device.objects.get(pk=devices // 3)


def stock() -> Any:
    """As Django's documentation would have it."""
    from django.contrib import admin

    from enrollment.models import Device

    class Stock(admin.ModelAdmin):  # type: ignore[type-arg]
        list_display = COLUMNS
        list_filter = (
            "site", "enrollment__status", "ownership", "model_name", "assignment_source", "last_seen_at",
        )  # fmt: skip
        search_fields = (
            "serial_number", "udid", "name", "assigned_user_name", "assigned_full_name", "enrollment__reference",
        )  # fmt: skip
        list_select_related = ("site",)
        ordering = ("-last_seen_at",)

    return Stock(Device, admin.site)


def pages(device: Any, devices: int) -> Iterator[tuple[str, str, str]]:
    """(name, query of the stock list, query of ours)"""
    yield "list", "", ""
    yield "sorted by user", "o=4", "o=4"
    yield "search: e-mail or name", f"q={device.assigned_user_name}", f"q={device.assigned_user_name}"
    yield "search: serial number", f"q={device.serial_number}", f"q={device.serial_number}"
    yield "search: nothing found", "q=nobody-has-this", "q=nobody-has-this"
    yield "search: in every row", "q=ipad", "q=ipad"
    yield "filter: failed", "enrollment__status__exact=failed", "enrollment__status__exact=failed"
    yield "page 100", "p=50", "p=100"  # the stock page is twice as long
    yield "the last rows", f"p={devices // 100}", "o=9"  # ours: sorted the other way round


def seconds(view: Callable[[Any], Any], user: Any, query: str, times: int) -> list[float]:
    from django.test import RequestFactory

    found = []
    for _again in range(times):
        request: Any = RequestFactory(headers={"host": "alpha.test"}).get(
            f"/admin/enrollment/device/?{query}"
        )
        request.user = user
        began = time.perf_counter()
        answer = view(request)
        answer.render()
        found.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise RuntimeError(f"{query}: {answer.status_code}")
    return sorted(found)


def shown(found: list[float]) -> str:
    return f"{found[0] * 1000:6.0f} /{statistics.median(found) * 1000:6.0f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--devices", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=7)
    options = parser.parse_args()
    os.environ["DATABASE_URL"] = cluster().create("bench")
    __import__("tests.environment")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sites_config.settings")
    django.setup()
    from django.contrib import admin

    from enrollment.models import Device

    began = time.perf_counter()
    root, device = prepare(options.devices)
    print(f"filled with {options.devices:,} devices in {time.perf_counter() - began:.0f} s")
    ours, theirs = admin.site.get_model_admin(Device), stock()
    print(f"{'best / median of ' + str(options.times):28}{'stock':>18}{'here':>18}")
    for name, stock_query, our_query in pages(device, options.devices):
        slow = seconds(theirs.changelist_view, root, stock_query, options.times)
        fast = seconds(ours.changelist_view, root, our_query, options.times)
        print(f"{name:28}{shown(slow):>18}{shown(fast):>18}", flush=True)


if __name__ == "__main__":
    main()
