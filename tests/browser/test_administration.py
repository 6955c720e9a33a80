"""What else administrators do in a real browser: a device list from a file, many devices at once, a webhook."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.models import Device, ListedDevice, Webhook
from tests import people
from tests.browser.test_admin import SCHOOL, Desk, desk, office, static_files
from tests.live import TestAuthority
from tests.webhooks.receiver import Receiver

__all__ = ["desk", "office", "static_files"]
YEAR_END = "Take user and location away (year-end)"
LIST = "Serial Number;Asset tag;User name\r\nF2LX1234ABCD;N-001;ana\r\nF2LX1234ABCE;N-002;\r\n"


@pytest.fixture
def school(office: Site) -> Site:
    return people.new_site("North School", SCHOOL)


@pytest.fixture
def receiver(tls: TestAuthority, settings: Settings) -> Iterator[Receiver]:
    settings.OUTBOUND_CA_FILE = str(tls.root_file)
    made = Receiver(tls)
    yield made
    made.stop()


def test_a_device_list_from_a_file(school: Site, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "devices.csv").write_text(LIST)
    desk.open("/admin/enrollment/listeddevice/")
    desk.press("Import from a file")
    desk.type(site="North School", file=str(tmp_path / "devices.csv"))
    desk.press("See what would happen")
    desk.see("F2LX1234ABCD")
    desk.shoot("device-list-file")
    assert not ListedDevice.objects.exists()

    desk.browser.find("[name=really]").click()
    desk.see("Not seen")

    assert set(ListedDevice.objects.values_list("asset_tag", flat=True)) == {"N-001", "N-002"}
    desk.shoot("device-list")


def test_many_devices_lose_their_users_at_the_end_of_the_year(school: Site, desk: Desk) -> None:
    now = timezone.now()
    for number in range(3):
        Device.objects.create(
            site=school, udid=f"UDID-{number}", serial_number=f"F2LX{number}", first_seen_at=now, last_seen_at=now,
            assigned_user_name=f"pupil{number}", assigned_full_name=f"Pupil {number}",
        )  # fmt: skip
    desk.open("/admin/enrollment/device/")
    desk.browser.find("#action-toggle").click()
    desk.type(action=YEAR_END)
    desk.browser.find("[name=index]").click()
    desk.see("3 devices")
    desk.shoot("take-users-away")
    assert not Device.objects.filter(assigned_user_name="").exists()

    desk.press(YEAR_END)
    desk.browser.wait_for(lambda: not Device.objects.exclude(assigned_user_name="").exists())


def test_a_webhook_is_made_and_tried(school: Site, desk: Desk, receiver: Receiver) -> None:
    desk.open("/admin/enrollment/webhook/add/")
    desk.type(site="North School", name="Inventory", url=receiver.url)
    desk.press("Save and continue editing")
    receiver.secret = "whsec_" + "A" * 32
    desk.press("Send a test")
    desk.see("It answered 204.")
    desk.shoot("webhook")

    assert Webhook.objects.get().url == receiver.url and receiver.refused == ["the signature is wrong"]
