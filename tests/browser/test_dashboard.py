"""The dashboard in a real browser, light and dark, at a desk and on a phone; the picture of the docs is of here."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from enrollment.actions.demo.district import District, load_district
from enrollment.actions.demo.history import keep_somebody_stuck, load_history
from enrollment.actions.heartbeats import OUTBOX as WORKER
from enrollment.actions.heartbeats import beat
from sites_config.models import SETS, PrivilegeSet
from tests import people
from tests.browser.audit import barriers
from tests.browser.browser import DESK
from tests.browser.chromium import Chromium
from tests.browser.test_admin import OFFICE, SCHOOL, Desk, static_files
from tests.live import LiveServer

__all__ = ["static_files"]
NARROW = 390


@pytest.fixture
def district(transactional_db: None) -> District:
    """The demonstration's fortnight, and somebody who administers it."""
    now = timezone.now()
    found = load_district(hosts=(SCHOOL, OFFICE), now=now)
    load_history(found, host=SCHOOL, now=now)
    keep_somebody_stuck(found, host=SCHOOL, now=now)
    beat(WORKER, now=now + timedelta(hours=1))
    rights = [(found.site, each) for each in SETS[PrivilegeSet.ADMINISTRATOR]]
    people.staff("dora", "Dora District", *rights, is_staff=True)
    return found


@pytest.fixture
def desk(
    static_files: None, district: District, live: LiveServer, shared: Callable[[], Chromium]
) -> Iterator[Desk]:
    desk = Desk(shared(), live)
    resize(desk, DESK.width)
    desk.log_in("dora")
    yield desk
    assert desk.browser.violations() == []


def resize(desk: Desk, width: int) -> None:
    desk.browser.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": DESK.height, "deviceScaleFactor": 2, "mobile": False},
    )


def show(desk: Desk, appearance: str) -> None:
    """As a computer of this appearance does."""
    feature = {"name": "prefers-color-scheme", "value": appearance}
    desk.browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})


def picture(desk: Desk, name: str) -> None:
    assert isinstance(desk.browser, Chromium)
    desk.browser.screenshot(f"dashboard-{name}", whole="#content")


def overflow(desk: Desk) -> int:
    """By how many pixels the dashboard is wider than the room it has; Django's own header is not asked."""
    assert int(desk.browser.run("return window.innerWidth")) == NARROW
    return int(
        desk.browser.run(
            "const board = document.querySelector('.gh-board');"
            "return Math.ceil(board.getBoundingClientRect().left + board.scrollWidth)"
            " - document.documentElement.clientWidth"
        )
    )


def test_from_the_index_to_a_school(desk: Desk, district: District) -> None:
    for appearance in ("light", "dark"):
        show(desk, appearance)
        resize(desk, DESK.width)
        desk.open("/admin/")
        walk(desk, district, appearance)


def walk(desk: Desk, district: District, appearance: str) -> None:
    desk.see("Northwind District")
    desk.see("Enrolled per day")
    bars = desk.browser.run("return document.querySelectorAll('.gh-plot rect').length")
    assert 8 <= int(bars) <= 15
    picture(desk, f"index-{appearance}")

    desk.press("The whole dashboard")
    desk.see("How far people come, and where they stop")
    if appearance == "light":
        desk.picture("dashboard")
    else:
        picture(desk, "district-dark")
    assert barriers(desk.browser, ".gh-board") == []
    resize(desk, NARROW)
    assert overflow(desk) <= 0
    picture(desk, f"narrow-{appearance}")
    desk.open("/admin/")
    resize(desk, NARROW)  # once more: the picture undid it
    assert overflow(desk) <= 0
    picture(desk, f"index-narrow-{appearance}")

    resize(desk, DESK.width)
    desk.open(f"/admin/sites/site/{district.site.pk}/dashboard/")
    desk.press("Northwind High")
    desk.see("Dashboard of Northwind High")
    desk.browser.find("details summary").click()
    desk.see("As a table")
    picture(desk, f"school-{appearance}")


def test_every_number_leads_to_as_many_rows(desk: Desk, district: District) -> None:
    desk.open(f"/admin/sites/site/{district.site.pk}/dashboard/")
    links = desk.browser.run(
        "return [...document.querySelectorAll('.number a, .gh-way td a, [aria-labelledby=failures] td a')]"
        ".filter(a => !a.hash).map(a => [a.firstChild.textContent.trim(), a.href])"
    )
    assert len(links) >= 4
    for number, url in links:
        desk.browser.open(url)
        assert desk.browser.find(".paginator").text.split()[0] == number, url
