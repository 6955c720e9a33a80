"""The administration in a real browser: from an empty installation's operator to the device that a teacher enrolled."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.sites.models import Site
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from enrollment.actions.demo import self_made_push_certificate
from enrollment.models import Device, Enrollment
from sites_config.models import SiteAddress
from tests import people
from tests.browser.browser import IPHONE, Browser
from tests.browser.chromium import Chromium
from tests.browser.conftest import Browse
from tests.conftest import MakePhone
from tests.live import LiveServer

OFFICE, SCHOOL = "127.0.0.1", "localhost"
PASSWORD = "a long walk by the sea"


class Desk:
    """Somebody at a desk, who reads labels and presses what they say."""

    def __init__(self, browser: Browser, live: LiveServer) -> None:
        self.browser, self.live = browser, live
        self.shots = 0

    def open(self, path: str) -> None:
        self.browser.open(self.live.url(OFFICE, path))

    def log_in(self, name: str) -> None:
        self.open("/admin/")
        self.type(login=name, password=people.PASSWORD)
        self.press("Log In")
        self.see("Device enrollment")

    def type(self, **values: str) -> None:
        for name, value in values.items():
            field = self.browser.find(f"[name='{name.replace('__', '-')}']")
            if field.tag_name == "select":
                Select(field).select_by_visible_text(value)
                continue
            if field.get_attribute("type") != "file":
                field.clear()
            field.send_keys(value)

    def press(self, words: str) -> None:
        """A link or button with these words; the page that follows is there afterwards."""
        before = self.browser.find("html")
        path = f"//a[normalize-space()='{words}'] | //button[normalize-space()='{words}'] | //input[@value='{words}']"
        self.browser.driver.find_element(By.XPATH, path).click()
        self.browser.wait_for(lambda: self.browser.find("html") != before)

    def see(self, words: str) -> None:
        self.browser.wait_for(lambda: words in self.browser.find("body").text)

    def shoot(self, name: str) -> None:
        self.shots += 1
        self.browser.screenshot(f"admin-{self.shots:02}-{name}")

    def picture(self, name: str, whole: str = "#content") -> None:
        """One of docs/pictures/, into which somebody copies it when the page looks different."""
        browser = self.browser
        assert isinstance(browser, Chromium)
        browser.picture(name, whole=whole)

    def value(self, css: str) -> str:
        return str(self.browser.find(css).get_attribute("value"))


@pytest.fixture(scope="session")
def static_files() -> None:
    """As an operator collects them, before the server starts that looks for them."""
    call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture
def office(transactional_db: None) -> Site:
    """Where the operator administers; the district's own host has no site yet."""
    Site.objects.all().delete()  # example.com, which the first site of an installation replaces
    site = people.new_site("Operations", OFFICE, ready=False)
    people.staff("root", "Rita Root", is_staff=True, is_superuser=True)
    return site


@pytest.fixture
def desk(static_files: None, office: Site, live: LiveServer, shared: Callable[[], Chromium]) -> Desk:
    desk = Desk(shared(), live)
    desk.log_in("root")
    return desk


def district(desk: Desk, folder: Path) -> None:
    desk.open("/admin/sites/site/add/")
    desk.type(
        name="Northwind District",
        domain="northwind",
        configuration__0__organization_name="Northwind District",
    )
    desk.press("Save and continue editing")
    desk.see("No address, and none of a site it belongs to.")
    desk.shoot("nothing-is-ready")
    page = desk.browser.driver.current_url
    desk.press("Mend this")  # the first gap: its address
    desk.type(host=SCHOOL)
    desk.press("Save")
    desk.browser.open(page)
    desk.press("Create authority")
    desk.type(years="10")
    desk.shoot("create-authority")
    desk.press("Create authority")
    desk.see("issues certificates now")
    desk.open("/admin/enrollment/pushcertificate/add/")
    certificate, key = self_made_push_certificate(timezone.now())
    for name, content in (("certificate", certificate), ("key", key)):
        (folder / f"{name}.pem").write_bytes(content)
    desk.type(
        site="Northwind District", certificate=str(folder / "certificate.pem"), key=str(folder / "key.pem")
    )
    desk.shoot("push-certificate")
    desk.press("Import")
    desk.see("Imported: com.apple.mgmt.External.")


def school(desk: Desk) -> None:
    desk.open("/admin/sites/site/add/")
    desk.type(
        name="North School",
        domain="north",
        configuration__0__organization_name="North School",
        configuration__0__parent="Northwind District",
    )
    desk.press("Save and continue editing")
    desk.see("Entered through localhost.")
    desk.see("“Northwind District Devices”, of Northwind District, until")
    desk.shoot("school")


def teacher(desk: Desk) -> None:
    desk.open("/admin/sites_config/user/add/")
    desk.type(username="tess", first_name="Tess", last_name="Teacher", email="tess@northwind.example")
    desk.browser.find("#site_privileges-group .add-row a").click()
    desk.type(site_privileges__0__site="North School", site_privileges__0__privilege="Enrollment Only")
    desk.press("Save and continue editing")
    desk.shoot("teacher")
    desk.press("Mail a link to set the password")
    desk.see("Mailed to tess@northwind.example")


def invitation(desk: Desk) -> str:
    """Its link."""
    desk.open("/admin/enrollment/invitation/add/")
    desk.type(site="North School", name="Grade 4", invited_by="Tess Teacher")
    desk.browser.find("[name=login_required]").click()
    desk.press("Save")
    desk.press("Show link")
    desk.see("Link of the invitation “Grade 4”")
    desk.shoot("invitation-link")
    return desk.value("#link")


def test_from_nothing_to_a_managed_device(
    desk: Desk, live: LiveServer, phone: MakePhone, browse: Browse, tmp_path: Path
) -> None:
    district(desk, tmp_path)
    school(desk)
    teacher(desk)
    link = invitation(desk)
    assert link.startswith(live.url(SCHOOL, "/i/").replace(f":{live.port}", ""))

    safari = browse("webkit", IPHONE)
    set_password(safari)
    safari.open(link.replace(f"https://{SCHOOL}/", live.url(SCHOOL)))
    enroll(safari, phone)
    look_up(desk)


def set_password(safari: Browser) -> None:
    """By the link in the mail, at the office's address; it is opened where the browser trusts a certificate."""
    words = str(mail.outbox[-1].body).split()
    link = next(word for word in words if word.startswith("https://"))
    assert link.startswith(f"https://{OFFICE}:")
    safari.open(link.replace(OFFICE, SCHOOL))
    for name in ("new_password1", "new_password2"):
        safari.find(f"#{name}").send_keys(PASSWORD)
    safari.screenshot("set-password")
    safari.press("main button")
    safari.wait_for(lambda: safari.h1 == "Your password is set")


def enroll(safari: Browser, phone: MakePhone) -> None:
    assert safari.h1 == "Enroll this iPhone"
    safari.press("main form .btn")
    safari.wait_for(lambda: safari.h1 == "Who will use this iPhone?")
    safari.press("main form .btn")
    safari.wait_for(lambda: safari.h1.startswith("Let North School manage"))
    safari.press()
    safari.wait_for(lambda: safari.h1 == "Install in Settings")
    safari.wait_for(safari.downloads)
    phone().install_from(safari.profile_url)
    safari.wait_for(lambda: safari.h1 == "Enrollment complete")


def look_up(desk: Desk) -> None:
    """By the serial number on its back, and by the code that a person reads out."""
    device, enrollment = Device.objects.get(), Enrollment.objects.get()
    desk.open("/admin/enrollment/device/")
    desk.type(q=device.serial_number)
    desk.press("Search")
    desk.see("1 result")
    desk.shoot("device-found")
    desk.press(str(device))
    desk.see("Device checked in → Enrolled")
    desk.shoot("device")
    desk.open("/admin/enrollment/enrollment/")
    desk.type(q=enrollment.reference.lower())
    desk.press("Search")
    desk.see("Timeline")
    desk.see("North School")
    desk.shoot("enrollment")
    assert SiteAddress.objects.get(host=SCHOOL).in_use_by_profiles
