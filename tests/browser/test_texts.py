"""Texts and looks as an administrator changes them in a real browser: what is missing, type, look, save."""

import io
from pathlib import Path

import pytest
from django.contrib.sites.models import Site
from PIL import Image

from sites_config.models import MessageText, SiteConfiguration, SiteLogo
from tests import people
from tests.browser.browser import IPHONE
from tests.browser.conftest import Browse
from tests.browser.test_admin import SCHOOL, Desk, desk, office, static_files
from tests.live import LiveServer

__all__ = ["desk", "office", "static_files"]
NAME = "North School"


@pytest.fixture
def school(office: Site) -> Site:
    site = people.new_site(NAME, SCHOOL)
    people.configure(site, organization_name=NAME, languages="en,de,ar,sk")
    return site


def field(key: str) -> str:
    return f"[name='text.{key}']"


def type_into(desk: Desk, key: str, text: str) -> None:
    box = desk.browser.find(field(key))
    box.clear()
    box.send_keys(text)


def look(desk: Desk) -> str:
    """What the frame shows after a press on Preview."""
    driver = desk.browser.driver
    desk.browser.find("[formtarget=look]").click()
    driver.switch_to.frame("look")
    try:
        desk.browser.wait_for(lambda: desk.browser.find("h1").text)
        return str(desk.browser.find("body").text)
    finally:
        driver.switch_to.default_content()


def test_texts_from_the_overview_to_the_phone(
    school: Site, desk: Desk, live: LiveServer, browse: Browse
) -> None:
    desk.open("/admin/sites_config/messagetext/")
    desk.see("Slovenčina")
    desk.shoot("texts")
    desk.press("Deutsch")
    desk.browser.open(f"{desk.browser.driver.current_url}?screen=welcome")
    type_into(desk, "welcome.need", "Das bringen Sie mit")

    assert "Das bringen Sie mit" in look(desk)
    assert not MessageText.objects.exists()
    desk.browser.find("[name=appearance] [value=dark]").click()
    assert "Das bringen Sie mit" in look(desk)
    desk.shoot("texts-editor")

    type_into(desk, "welcome.title", "Hallo {nobody}")
    desk.press("Save")
    desk.see("There is no {nobody} in this text")
    assert desk.value(field("welcome.need")) == "Das bringen Sie mit", "nothing is lost"
    type_into(desk, "welcome.title", "Hallo {device}")
    desk.press("Save")
    desk.see("2 texts were saved.")

    phone = browse("webkit", IPHONE)
    phone.driver.get(live.url(SCHOOL, f"/i/{people.invite(school)[1]}"))
    phone.wait_for(lambda: phone.h1)
    assert phone.h1 == "Enroll this iPhone"
    desk.open(f"/admin/sites_config/messagetext/of/{school.pk}/en/?words=welcome.need")
    type_into(desk, "welcome.need", "Bring your badge")
    desk.press("Save")
    desk.see("1 text was saved.")
    desk.open("/admin/sites_config/messagetext/")
    desk.shoot("texts-missing")
    desk.open(f"/admin/sites_config/messagetext/of/{school.pk}/ar/?only=vanishing")
    desk.see("your own English is not seen here")
    desk.open(f"/admin/sites_config/messagetext/of/{school.pk}/de/?words=welcome.need")
    desk.see("the English changed since")
    desk.press("History")
    desk.see("Das bringen Sie mit")
    desk.shoot("texts-history")


def test_a_look_of_its_own(
    school: Site, desk: Desk, live: LiveServer, browse: Browse, tmp_path: Path
) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (400, 200), "#8a1c7c").save(picture, "PNG")
    (tmp_path / "logo.png").write_bytes(picture.getvalue())
    desk.open("/admin/sites_config/sitelogo/add/")
    desk.type(site=NAME, file=str(tmp_path / "logo.png"))
    desk.press("Import")
    desk.see("Imported: North School, light.")
    desk.shoot("logos")
    desk.open(f"/admin/sites/site/{school.pk}/change/")
    desk.type(configuration__0__accent_color="#ffcc00")
    desk.press("Save and continue editing")
    desk.see("Too light to be read")
    desk.type(
        configuration__0__accent_color="#8a1c7c",
        configuration__0__privacy_url="https://north.example/privacy",
        configuration__0__support_url="https://north.example/help",
    )
    desk.press("Save and continue editing")
    desk.see("was changed successfully")

    assert SiteConfiguration.objects.get(site=school).accent_color == "#8a1c7c"
    desk.open(f"/admin/sites_config/messagetext/of/{school.pk}/en/?screen=log-in")
    look(desk)
    desk.browser.driver.switch_to.frame("look")
    desk.browser.wait_for(lambda: desk.browser.run("return document.images[0].naturalWidth") == 216)
    desk.browser.driver.switch_to.default_content()
    phone = browse("webkit", IPHONE)
    phone.open(live.url(SCHOOL, "/enroll/"))
    color = phone.run("return getComputedStyle(document.querySelector('.btn')).backgroundColor")
    assert color == "rgb(138, 28, 124)"
    assert phone.run("return document.querySelector('header img').naturalWidth") == 216
    assert phone.violations() == []
    phone.screenshot("own-look")
    assert f"/logo/{SiteLogo.objects.get().sha256}.png" in " ".join(phone.loaded())
