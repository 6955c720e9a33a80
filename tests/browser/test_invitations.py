"""Invitations from a list of people to the phone, as an administrator does it in a real browser and with real mail. Two
pictures of docs/administrators.md come from here."""

from pathlib import Path

import pytest
from django.contrib.sites.models import Site
from pytest_django.fixtures import Settings

from enrollment.actions.pins import pin_of
from enrollment.models import Delivery, Device, Invitation
from enrollment.outbox.worker import drain
from tests import people
from tests.browser.browser import IPHONE
from tests.browser.conftest import Browse
from tests.browser.test_admin import SCHOOL, Desk, desk, office, static_files
from tests.conftest import MakePhone
from tests.invitations.conftest import smtp
from tests.invitations.test_mail import part
from tests.live import LiveServer
from tests.servers.smtp import SmtpServer

__all__ = ["desk", "office", "smtp", "static_files"]
PEOPLE = "E-Mail;Full name;Username\r\nana@school.example;Ana Álvarez;ana\r\nbo@school.example;Bo Ng;bo\r\n"


@pytest.fixture
def school(office: Site) -> Site:
    return people.new_site("North School", SCHOOL)


def see_what_would_happen(desk: Desk, folder: Path, content: bytes) -> None:
    (folder / "people.csv").write_bytes(content)
    desk.type(file=str(folder / "people.csv"))
    desk.press("See what would happen")


def import_people(desk: Desk, folder: Path) -> None:
    desk.open("/admin/enrollment/invitation/")
    desk.press("Import from a file")
    desk.type(site="North School", invited_by="Mr. Ames")
    for tick in ("with_pin", "send", "login_required"):
        desk.browser.find(f"[name={tick}]").click()
    see_what_would_happen(desk, folder, b"email\r\nana@school\r\n")
    desk.see("Row 2: email: Enter a valid email address.")
    desk.shoot("import-refused")
    assert desk.value("[name=invited_by]") == "Mr. Ames", "nothing is lost"
    see_what_would_happen(desk, folder, PEOPLE.encode("cp1252"))
    desk.see("Ana Álvarez")
    desk.picture("invitations-import")
    assert not Invitation.objects.exists()
    desk.press("Make them")
    desk.see("2 invitations made, 0 skipped.")
    desk.see("2 invitations on the way.")


def test_from_a_spreadsheet_to_an_enrolled_device(
    school: Site,
    desk: Desk,
    smtp: SmtpServer,
    live: LiveServer,
    browse: Browse,
    phone: MakePhone,
    tmp_path: Path,
    settings: Settings,
) -> None:
    settings.PUBLIC_PORT = live.port
    import_people(desk, tmp_path)
    desk.shoot("invitations")
    desk.press("Bo Ng")
    desk.see("Waiting")
    drain()
    assert {mail["To"] for mail in smtp.mails} == {"ana@school.example", "bo@school.example"}

    (mail,) = smtp.to("ana@school.example")
    (link,) = [line for line in part(mail, "plain").splitlines() if line.startswith("https://")]
    safari = browse("webkit", IPHONE)
    safari.open(link)
    safari.find("[name=pin]").send_keys("000000")
    safari.find("main .btn").click()
    safari.wait_for(lambda: "The PIN is not right" in safari.find("body").text)
    pin = pin_of(Invitation.objects.get(email="ana@school.example"))
    safari.find("[name=pin]").send_keys(pin)
    safari.find("main .btn").click()
    safari.wait_for(lambda: "/i/" not in safari.driver.current_url)

    (mail,) = smtp.to("bo@school.example")
    (link,) = [line for line in part(mail, "plain").splitlines() if line.startswith("https://")]
    pin = pin_of(Invitation.objects.get(email="bo@school.example"))
    phone().enroll(link, {"pin": pin})
    assert Device.objects.get().assigned_full_name == "Bo Ng"

    desk.browser.open(desk.browser.driver.current_url)
    desk.see("Used up")
    desk.see("Sent")
    desk.shoot("invitation-used")
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_a_poster_for_the_wall(school: Site, desk: Desk, live: LiveServer) -> None:
    row, token = people.invite(school, name="Grade 4, room 12", max_uses=None)
    desk.open(f"/admin/enrollment/invitation/{row.pk}/change/")
    desk.press("Print")
    desk.see("Grade 4, room 12")
    desk.see(token)
    desk.shoot("poster")


def test_cards_for_many(school: Site, desk: Desk) -> None:
    for name, language in (("Ana Álvarez", "en"), ("علي", "ar"), ("Zoë Größwang", "de"), ("田中", "ja")):
        people.invite(school, name=name, assigned_full_name=name, language=language)
    desk.open("/admin/enrollment/invitation/")
    desk.browser.find("#action-toggle").click()
    desk.type(action="Print links and QR codes")
    desk.browser.find("[name=index]").click()
    desk.see("Zoë Größwang")
    desk.picture("invitations-cards", whole="body")
