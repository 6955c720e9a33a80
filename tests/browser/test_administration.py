"""What else administrators do in a real browser: a device list from a file, many devices at once, a webhook, a copy of
a site, and an auditor among all of it. Two pictures of the guides come from here."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone
from pytest_django.fixtures import Settings
from selenium.webdriver.common.by import By

from enrollment.models import Device, Enrollment, Event, EventKind, ListedDevice, Person, Webhook
from sites_config.models import SETS, PrivilegeSet, SiteConfiguration
from tests import people
from tests.admin.world import populate
from tests.browser.browser import HERE
from tests.browser.test_admin import SCHOOL, Desk, desk, office, static_files
from tests.conftest import MakePhone
from tests.live import LiveServer, TestAuthority
from tests.webhooks.receiver import Receiver

__all__ = ["desk", "office", "static_files"]
YEAR_END = "Take user and location away (year-end)"
OFFERED = (HERE / "offered.js").read_text()
READING = {
    "Search", "Go", "Find", "Show", "History", "Dashboard", "Open as a visitor", "In plain words", "Preview",
    "Export as CSV", "Export the selected devices as CSV", "Export the selected acceptances as CSV",
    "Print links and QR codes",
}  # fmt: skip
LIST = (
    "Serial Number;Asset tag;Username;Full name\r\n"
    "DMPC41F7PLJX;N-001;ana;Ana Álvarez\r\n"
    "DMPC41G2PLJX;N-002;bo;Bo Ng\r\n"
    "F4KD80JQ16N1;N-003;;\r\n"
    "F4KD80JR16N1;N-004;zoe;Zoë Größwang\r\n"
)


@pytest.fixture
def school(office: Site) -> Site:
    return people.new_site("North School", SCHOOL)


@pytest.fixture
def receiver(tls: TestAuthority, settings: Settings) -> Iterator[Receiver]:
    settings.OUTBOUND_CA_FILE = str(tls.root_file)
    made = Receiver(tls)
    yield made
    made.stop()


def test_a_device_list_from_a_file(
    school: Site, desk: Desk, live: LiveServer, phone: MakePhone, tmp_path: Path
) -> None:
    (tmp_path / "devices.csv").write_text(LIST)
    desk.open("/admin/enrollment/listeddevice/")
    desk.press("Import from a file")
    desk.type(site="North School", file=str(tmp_path / "devices.csv"))
    desk.press("See what would happen")
    desk.see("DMPC41F7PLJX")
    desk.shoot("device-list-file")
    assert not ListedDevice.objects.exists()

    desk.browser.find("[name=really]").click()
    desk.see("Not seen")

    assert set(ListedDevice.objects.values_list("asset_tag", flat=True)) == {f"N-00{n}" for n in range(1, 5)}
    phone(serial="DMPC41F7PLJX").enroll(live.url(SCHOOL, f"/i/{people.invite(school)[1]}"))
    refused = {"serial_number": "F4KD80JQ16N1", "reason": "device_not_listed"}
    Event.objects.create(site=school, kind=EventKind.DEVICE_REFUSED, at=timezone.now(), data=refused)
    desk.browser.find("#toggle-nav-sidebar").click()
    desk.open("/admin/enrollment/listeddevice/")
    states = [cell.text for cell in desk.browser.driver.find_elements(By.CSS_SELECTOR, ".field-state")]
    assert states == ["Enrolled", "Not seen", "Refused", "Not seen"]
    desk.picture("device-list")


def test_people_from_a_file(school: Site, desk: Desk, tmp_path: Path) -> None:
    text = "Username;Full name;E-Mail;Room;Hired\r\nana;Ana Álvarez;ana@school.example;12;2019\r\nbo;Bo Ng;;;2020\r\n"
    (tmp_path / "staff.csv").write_bytes(text.encode("cp1252"))
    desk.open("/admin/enrollment/person/")
    desk.press("Import from a file")
    desk.type(site="North School", file=str(tmp_path / "staff.csv"))
    desk.press("See what would happen")
    desk.see("Ana Álvarez, ana@school.example, 12")
    desk.see("Hired")
    desk.shoot("people-file")

    desk.browser.find("[name=really]").click()
    desk.see("2 people added, 0 changed.")

    desk.shoot("people")
    assert list(Person.objects.order_by("user_name").values_list("full_name", flat=True)) == [
        "Ana Álvarez",
        "Bo Ng",
    ]


def tick(desk: Desk, *serials: str) -> None:
    for serial in serials:
        device = Device.objects.get(serial_number=serial)
        desk.browser.find(f".action-select[value='{device.pk}']").click()


def act(desk: Desk, action: str) -> None:
    """Up to the page that says how many they are."""
    desk.type(action=action)
    before = desk.browser.find("html")
    desk.browser.find("[name=index]").click()
    desk.browser.wait_for(lambda: desk.browser.find("html") != before)


def test_the_end_of_a_year(school: Site, desk: Desk) -> None:
    now = timezone.now()
    for serial, name in (("F1", "Ana Álvarez"), ("F2", "=HYPERLINK(1)"), ("F3", "Bo Ng")):
        Device.objects.create(
            site=school, udid=f"UDID-{serial}", serial_number=serial, first_seen_at=now, last_seen_at=now,
            assigned_user_name=serial.lower(), assigned_full_name=name,
        )  # fmt: skip
    desk.open("/admin/enrollment/device/")
    tick(desk, "F1", "F2")
    act(desk, "Export as CSV")
    desk.see("2 devices")
    desk.browser.find(".submit-row [type=submit]").click()
    desk.browser.wait_for(desk.browser.downloads)
    (file,) = desk.browser.downloads()
    rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines()))
    assert [row["serial number"] for row in rows] == ["F1", "F2"]
    assert [row["full name"] for row in rows] == ["Ana Álvarez", "'=HYPERLINK(1)"]

    desk.open("/admin/enrollment/device/")
    desk.browser.find("#action-toggle").click()
    act(desk, YEAR_END)
    desk.see("3 devices")
    desk.shoot("take-users-away")
    assert not Device.objects.filter(assigned_user_name="").exists()
    desk.press(YEAR_END)
    desk.see("3 devices: they have no user and no location now.")
    assert not Device.objects.exclude(assigned_user_name="").exists()

    tick(desk, "F3")
    act(desk, "Mark as lost")
    desk.see("They stand in the list as lost, with the time and with your name.")
    desk.press("Mark as lost")
    desk.see("1 device: they are marked as lost.")
    desk.press("Lost")
    desk.see("1 device")
    assert str(Device.objects.get(lost_by__username="root")) in desk.browser.find("#result_list").text


def test_a_webhook_is_made_and_tried(school: Site, desk: Desk, receiver: Receiver) -> None:
    desk.open("/admin/enrollment/webhook/add/")
    desk.type(site="North School", name="Inventory", url=receiver.url)
    desk.press("Save and continue editing")
    receiver.secret = "whsec_" + "A" * 32
    desk.press("Send a test")
    desk.see("It answered 204.")
    assert Webhook.objects.get().url == receiver.url and receiver.refused == ["the signature is wrong"]

    desk.type(url="https://inventory.example/gatehouse")  # the other one was of this test
    desk.picture("webhook", whole="#content-start")


def test_a_site_is_copied(school: Site, desk: Desk) -> None:
    people.configure(school, accent_color="#8a1c7c", languages="en,de")
    desk.open(f"/admin/sites/site/{school.pk}/change/")
    desk.press("Copy this site")
    desk.type(name="South School")
    desk.press("Make the copy")
    desk.see("give a host")
    assert desk.value("[name=name]") == "South School", "nothing is lost"
    desk.type(host="south.northwind.example")
    desk.shoot("copy")
    desk.press("Make the copy")
    desk.see("South School was made as a copy of North School.")
    desk.see("“South School Devices”, until")

    made = SiteConfiguration.objects.get(site__name="South School")
    assert (made.accent_color, made.languages) == ("#8a1c7c", "en,de")


def test_an_auditor_sees_everything_and_is_offered_no_change(school: Site, desk: Desk) -> None:
    populate(school, SCHOOL, "North")
    rights = [(school, each) for each in SETS[PrivilegeSet.AUDITOR]]
    people.staff("audrey", "Audrey Auditor", *rights, is_staff=True)
    desk.press("Log out")
    desk.log_in("audrey")
    lists = desk.browser.run(
        "return [...document.querySelectorAll('#content-main th a')].map(a => a.pathname)"
    )
    assert len(lists) > 25

    beside = (
        "/admin/help/",
        f"/admin/help/enrollment/{Enrollment.objects.latest('pk').pk}/",
        f"/admin/sites/site/{school.pk}/dashboard/",
        f"/admin/sites_config/messagetext/of/{school.pk}/en/",
    )

    seen = desk.browser.driver.execute_async_script(OFFERED, [*lists, *beside])

    assert len(seen) > 1.9 * len(lists), "a row of almost each"
    assert {address: status for address, status, _offered in seen if status != 200} == {}
    offers = {address: set(offered) - READING for address, _status, offered in seen}
    assert {address: offered for address, offered in offers.items() if offered} == {}
