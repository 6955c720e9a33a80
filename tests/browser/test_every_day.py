"""What goes wrong on the first days of term, mended in a real browser: a refused mail, a device that is not listed, two
people at one page."""

from datetime import timedelta

import pytest
from django.contrib.sites.models import Site
from django.utils import timezone
from pytest_django.fixtures import Settings

from enrollment.models import Device, Enrollment, Invitation, Person
from enrollment.outbox.worker import drain
from tests import people
from tests.browser.browser import IPHONE
from tests.browser.conftest import Browse
from tests.browser.test_admin import SCHOOL, Desk, desk, office, static_files
from tests.browser.test_administration import act
from tests.conftest import MakePhone
from tests.invitations.conftest import smtp
from tests.live import LiveServer
from tests.phone.errors import PhoneError
from tests.servers.smtp import SmtpServer

__all__ = ["desk", "office", "smtp", "static_files"]
LIST = "/admin/enrollment/invitation/"


@pytest.fixture
def school(office: Site) -> Site:
    return people.new_site("North School", SCHOOL)


def all_of_them(desk: Desk, action: str) -> None:
    desk.open(LIST)
    desk.browser.find("#action-toggle").click()
    act(desk, action)


def test_a_refused_mail_is_corrected_and_the_invitation_lives_to_its_end(
    school: Site, desk: Desk, smtp: SmtpServer, live: LiveServer, settings: Settings
) -> None:
    settings.PUBLIC_PORT = live.port
    smtp.rude = {"cem@home.example": "550 No such mailbox"}
    ends = timezone.now() + timedelta(days=1)
    row, _token = people.invite(school, name="Cem Çelik", email="cem@home.example", expires_at=ends)
    all_of_them(desk, "Send by e-mail")
    desk.see("1 invitation")
    desk.shoot("send-many")
    desk.press("Send by e-mail")
    desk.see("1 invitation on the way.")
    drain()

    desk.open(LIST)
    desk.press("Not delivered")
    desk.press("Cem Çelik")
    desk.see("550 No such mailbox")
    desk.shoot("not-delivered")
    desk.type(email="cem@school.example")
    desk.press("Save and continue editing")
    desk.press("Send by e-mail")
    drain()
    desk.open(f"{LIST}{row.pk}/change/")
    desk.press("Remind")
    drain()
    assert len(smtp.to("cem@school.example")) == 2

    all_of_them(desk, "Extend")
    desk.browser.run("document.querySelector('[name=last_day]').value = '2099-06-30'")
    desk.shoot("extend-many")
    desk.press("Extend")
    desk.see("1 invitation extended.")
    all_of_them(desk, "Revoke")
    desk.see("This can't be undone.")
    assert Invitation.objects.get().revoked_at is None
    desk.press("Revoke")
    desk.see("1 invitation revoked.")
    row.refresh_from_db()
    assert row.revoked_at is not None and row.expires_at is not None and row.expires_at.year == 2099


def test_a_link_ends_only_after_somebody_said_yes(school: Site, desk: Desk) -> None:
    row, _token = people.invite(school, name="Ana Álvarez")
    for answer in ("Close", "Replace the link"):
        desk.open(f"{LIST}{row.pk}/change/")
        desk.press("Replace the link")
        desk.see("stops working at once")
        desk.shoot("replace-the-link")
        before = bytes(Invitation.objects.get().token_sha256)
        desk.press(answer)
        desk.see("Ana Álvarez")
        assert (bytes(Invitation.objects.get().token_sha256) == before) is (answer == "Close")


def test_a_device_that_is_not_listed_is_listed_and_tries_again(
    school: Site, desk: Desk, live: LiveServer, browse: Browse, phone: MakePhone
) -> None:
    people.configure(school, only_listed_devices=True)
    _row, token = people.invite(school, name="Grade 4")
    safari = browse("webkit", IPHONE)
    safari.open(live.url(SCHOOL, f"/i/{token}"))
    safari.press()
    safari.wait_for(lambda: safari.path.endswith("/mdm-profile/"))
    safari.press()
    safari.wait_for(safari.downloads)
    device = phone(serial="DMPC41F7PLJX")
    with pytest.raises(PhoneError):
        device.install_from(safari.profile_url)
    safari.wait_for(lambda: "You cannot enroll this" in safari.h1)

    desk.open("/admin/help/?q=DMPC41F7PLJX")
    desk.see("Your device is not in our list yet.")
    desk.shoot("turned-away")
    desk.open("/admin/enrollment/listeddevice/add/")
    desk.type(site="North School", serial_number="DMPC41F7PLJX", asset_tag="N-001")
    desk.press("Save")
    desk.see("was added successfully")

    safari.press()
    safari.wait_for(lambda: safari.path.endswith("/install/"))
    safari.wait_for(lambda: len(safari.downloads()) == 2)
    device.install_from(safari.profile_url)
    safari.wait_for(lambda: safari.h1 == "Enrollment complete")
    assert Device.objects.get().enrollment == Enrollment.objects.get(status="enrolled")


def test_two_people_at_one_page_and_nobody_overwrites_the_other(school: Site, desk: Desk) -> None:
    row = people.person(school, "ben", "Ben Berg", room="7")
    url, driver = f"/admin/enrollment/person/{row.pk}/change/", desk.browser.driver
    desk.open(url)
    first = driver.current_window_handle
    driver.switch_to.new_window("tab")
    desk.open(url)
    desk.type(room="9")
    desk.press("Save")
    desk.see("was changed successfully")
    driver.close()
    driver.switch_to.window(first)

    desk.type(room="12")
    desk.press("Save")
    desk.see("Somebody changed this meanwhile")
    desk.see("Room is now: 9.")
    desk.shoot("two-people")
    assert desk.value("[name=room]") == "12" and Person.objects.get().room == "9"
    desk.press("Save")
    desk.see("was changed successfully")
    assert Person.objects.get().room == "12"
