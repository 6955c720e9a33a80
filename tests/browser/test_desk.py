"""The help desk in a real browser: somebody calls, is found, gets a code, and goes on with it on their iPhone. Two
pictures of docs/administrators.md come from here."""

import re

import pytest
from django.contrib.sites.models import Site
from selenium.webdriver.common.by import By

from enrollment.models import AccessCode, Enrollment
from sites_config.references import spoken
from tests import people
from tests.browser.browser import IPHONE, Browser
from tests.browser.conftest import Browse
from tests.browser.test_admin import SCHOOL, Desk, desk, office, static_files
from tests.live import LiveServer

__all__ = ["desk", "office", "static_files"]
NAME = "North School"


@pytest.fixture
def school(office: Site) -> Site:
    return people.new_site(NAME, SCHOOL)


def begin(phone: Browser, url: str) -> Enrollment:
    """Somebody taps Start, and then loses the page."""
    phone.driver.get(url)
    phone.wait_for(lambda: phone.h1)
    phone.find("main form button").click()
    phone.wait_for(lambda: "manage this" in phone.h1)
    return Enrollment.objects.latest("pk")


def test_a_caller_is_found_told_and_let_on_by_a_code(
    school: Site, desk: Desk, live: LiveServer, browse: Browse
) -> None:
    _invitation, token = people.invite(school, name="Grade 4, room 12", assigned_full_name="Ana Álvarez")
    row = begin(browse("webkit", IPHONE), live.url(SCHOOL, f"/i/{token}"))
    desk.open("/admin/")
    desk.shoot("help-box")
    desk.type(q=spoken(row.reference).lower())
    desk.press("Find")
    desk.see("What to tell them")
    desk.see("Read the page to its end and tap Continue.")
    desk.see("Safari")
    desk.picture("help-story")

    desk.press("Short code")
    desk.browser.find("[name=lives][value=quarter]").click()
    desk.shoot("code-form")
    desk.press("Make the code")
    desk.see("Read it out, letter by letter.")
    desk.shoot("code-shown")
    shown = re.search(r"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b", desk.browser.find(".gatehouse-code").text)
    assert shown

    other = browse("webkit", IPHONE)
    other.driver.get(live.url(SCHOOL, "/code/"))
    other.wait_for(lambda: other.h1 == "Enter your code")
    other.find("[name=code]").send_keys(shown[0].replace("-", " ").lower())
    other.find("main form button").click()
    other.wait_for(lambda: "manage this" in other.h1)
    assert AccessCode.objects.get().started == Enrollment.objects.latest("pk") != row

    desk.press("Back")
    desk.see("An access code was made: it leads to an invitation.")
    people.person(school, "anabel", "Anabel Ruiz", email="anabel@school.example")
    desk.open("/admin/help/?q=Ana")
    desk.see("Ana Álvarez")
    assert len(desk.browser.driver.find_elements(By.CSS_SELECTOR, "#content tbody tr")) == 3
    desk.picture("help-found")
    desk.open("/admin/enrollment/accesscode/")
    desk.see("Used")
    desk.shoot("codes")


def test_a_notice_is_written_seen_and_ended(
    school: Site, desk: Desk, live: LiveServer, browse: Browse
) -> None:
    phone = browse("webkit", IPHONE)
    desk.open("/admin/sites_config/sitenotice/add/")
    desk.type(site=NAME, ends_at_0="2099-01-01", ends_at_1="12:00:00")
    desk.browser.find("[name=text_en]").send_keys("The Wi-Fi is down until **noon**.")
    desk.shoot("notice")
    desk.press("Save")
    desk.see("was added successfully")

    phone.driver.get(live.url(SCHOOL, "/enroll/"))
    phone.wait_for(lambda: "The Wi-Fi is down until noon." in phone.find("body").text)
    phone.screenshot("notice")

    desk.open("/admin/sites_config/sitenotice/")
    desk.press(str(desk.browser.find("#result_list tbody th a").text))
    desk.press("End now")
    desk.see("The notice is over.")
    phone.driver.get(live.url(SCHOOL, "/enroll/"))
    phone.wait_for(lambda: phone.h1 == "Log in" and "Wi-Fi" not in phone.find("body").text)
