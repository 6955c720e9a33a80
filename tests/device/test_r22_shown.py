"""R22: a device's words where people and programs read them: pages, a spreadsheet, a report, the log."""

import csv
import io
import json
from html import escape

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse

from enrollment.actions.webhooks import new_secret
from enrollment.models import Delivery, Device, Webhook, WebhookEvent
from tests import people
from tests.admin.world import logged_in
from tests.device.phones import Phones

DEVICES = "/admin/enrollment/device/"
WORDS = "=<svg onload=alert(1)>'\"{{7*7}}%n\r\n\u202e{% debug %}"
SHOWN = "=<svg onload=alert(1)>'\"{{7*7}}%n {% debug %}"
OF_DEVICE = ("DeviceName", "ModelName", "ProductName", "SerialNumber")


@pytest.fixture
def device(phones: Phones, alpha: Site, caplog: pytest.LogCaptureFixture) -> Device:
    """Enrolled, with such words for everything; another program is told of it."""
    Webhook.objects.create(
        site=alpha, name="Inventory", url="https://inventory.example/", events=WebhookEvent.values,
        secret_encrypted=new_secret(),
    )  # fmt: skip
    phone = phones.certified()
    phone.check_in("Authenticate", **dict.fromkeys(OF_DEVICE, WORDS))
    phone.token_update()
    found = phone.enrollment.device
    assert found is not None and found.name == SHOWN
    return found


@pytest.fixture
def as_root(alpha: Site, device: Device) -> Client:
    return logged_in(people.staff("root", "Root", is_staff=True, is_superuser=True), alpha)


def test_r22_a_page_shows_the_words_and_runs_none(as_root: Client, device: Device) -> None:
    attempt = device.enrollments.get()
    pages = {
        url: as_root.get(url, follow=True).content.decode()
        for url in (
            DEVICES,
            f"{DEVICES}{device.pk}/change/",
            f"{DEVICES}{device.pk}/history/",
            f"/admin/enrollment/enrollment/{attempt.pk}/change/",
            "/admin/enrollment/event/",
            reverse("admin:help") + "?q=" + device.serial_number[:5],
            reverse("admin:help_story", args=["device", device.pk]),
        )
    }
    confirm = as_root.post(DEVICES, {"action": "mark_lost", "_selected_action": device.pk}).content.decode()

    for url, page in (pages | {"confirm": confirm}).items():
        assert "<svg onload" not in page and "\u202e" not in page, url
    told = [url for url, page in (pages | {"confirm": confirm}).items() if escape(SHOWN[:20]) in page]
    assert len(told) >= 5, told


def test_r22_a_spreadsheet_runs_none(as_root: Client, device: Device) -> None:
    asked = {"action": "export", "_selected_action": device.pk}
    page = as_root.post(DEVICES, asked)
    answer = as_root.post(DEVICES, asked | {"confirmed": page.context["seal"]})

    (row,) = csv.DictReader(io.StringIO(b"".join(answer).decode("utf-8-sig")))
    assert f"'{SHOWN}" in row.values()
    assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_r22_a_report_has_them_as_text(device: Device) -> None:
    told = [json.dumps(each) for each in Delivery.objects.values_list("data", flat=True)]
    assert told and any(json.dumps(device.serial_number)[1:-1] in each for each in told)
    assert not [each for each in told if "\\r" in each or "\\n" in each or "u202e" in each]


def test_r22_no_line_of_the_log_has_them(device: Device, caplog: pytest.LogCaptureFixture) -> None:
    assert "svg" not in caplog.text and "\u202e" not in caplog.text
