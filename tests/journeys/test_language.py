"""The language: the browser's, until somebody chooses another."""

import pytest
from django.contrib.sites.models import Site

from sites_config.changes import raise_version
from sites_config.languages import SHIPPED
from sites_config.models import MessageText, SiteConfiguration
from tests import people
from tests.visitor import Visitor, person_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(alpha: Site) -> str:
    return people.invite(alpha)[1]


def test_the_language_is_the_browsers_until_somebody_chooses(alpha: Site, token: str) -> None:
    visitor = Visitor(language="de-AT,de;q=0.9,en;q=0.5")
    assert visitor.see(f"/i/{token}").lang == "de"

    answer = visitor.post("/language", {"language": "ar", "next": f"/i/{token}"})

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/i/{token}")
    page = visitor.see(f"/i/{token}")
    assert (page.lang, page.dir) == ("ar", "rtl")
    assert visitor.get(f"/i/{token}").headers["Content-Language"] == "ar"


@pytest.mark.parametrize("accepted", ["sw", "", "xx-yy;q=abc", "*", "e" * 5000])
def test_a_language_nobody_offers_is_answered_in_the_sites_own(
    alpha: Site, token: str, accepted: str
) -> None:
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.default_language = "de"
    configuration.save()
    assert Visitor(language=accepted).see(f"/i/{token}").lang == "de"


OFFERED = ("en", "de", "pt", "es", "es-419", "zh-hans", "zh-hant", "nb", "he", "sr", "fr")


@pytest.mark.parametrize(
    ("accepted", "shown"),
    [
        ("pt-PT", "pt"),
        ("pt-BR", "pt"),
        ("zh-HK", "zh-hant"),
        ("zh-TW", "zh-hant"),
        ("zh-Hant-MO", "zh-hant"),
        ("zh-CN", "zh-hans"),
        ("zh", "zh-hans"),
        ("es-MX", "es-419"),
        ("es-US,en-US;q=0.9", "es-419"),
        ("es-ES", "es"),
        ("fr-CA", "fr"),
        ("en-AU", "en"),
        ("no", "nb"),
        ("nn-NO", "nb"),
        ("iw-IL", "he"),
        ("de-AT-1996", "de"),
        ("sr-RS", "sr"),
        ("sr-Latn-RS, fr;q=0.5", "fr"),  # who reads Latin letters may not read Cyrillic
        ("sw, xx, fr;q=0.1", "fr"),
        ("de;q=0.2, fr;q=0.8", "fr"),
    ],
)
def test_the_nearest_language_of_the_site_is_taken(
    alpha: Site, token: str, accepted: str, shown: str
) -> None:
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.languages, configuration.default_language = ",".join(OFFERED), "en"
    configuration.save()
    assert Visitor(language=accepted).see(f"/i/{token}").lang == shown


def test_many_languages_stand_on_a_page_of_their_own(alpha: Site, token: str) -> None:
    """And a few at the foot of every page."""
    visitor = Visitor()
    assert f'href="/language?next=%2Fi%2F{token}"' in visitor.get(f"/i/{token}").content.decode()

    listed = visitor.get(f"/language?next=/i/{token}").content.decode()

    assert listed.count('name="language"') == len(SHIPPED)
    assert '<button name="language" value="he" lang="he" dir="rtl">עברית</button>' in listed
    assert f'name="next" value="/i/{token}"' in listed
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.languages = "en,de,ar"
    configuration.save()
    page = visitor.get(f"/i/{token}").content.decode()
    assert "/language?" not in page and page.count('name="language"') == 2


def test_the_words_of_ios_stand_beside_those_of_the_page(token: str) -> None:
    """Somebody reads German on an iPhone that speaks English: the row is called “Settings” there."""
    visitor, _phone = person_at("profile-issued", token)
    install = f"{visitor.own}/install/"
    assert "<h2>Open Settings</h2>" in visitor.get(install).content.decode()

    visitor.headers["Accept-Language"] = "fr-FR,de;q=0.5"
    visitor.post("/language", {"language": "de", "next": "/"})
    german = visitor.get(install).content.decode()

    assert '„Einstellungen (<bdi lang="fr">Réglages</bdi>)“ öffnen' in german
    assert "<title>In den Einstellungen (Réglages) installieren" in german
    visitor.headers["Accept-Language"] = "sw"
    assert "<bdi lang=" not in visitor.get(install).content.decode()


def test_names_are_kept_apart_from_the_sentence(alpha: Site, token: str) -> None:
    """An Arabic page with an English name in it, and the other way round."""
    page = Visitor(language="ar").get(f"/i/{token}").content.decode()
    assert "<bdi>Alpha School</bdi>" in page


def test_a_site_is_called_by_its_name_in_the_language(alpha: Site) -> None:
    """So is its support; what is inherited is inherited with its names."""
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.support_name = "Help desk"
    configuration.save()
    child = people.new_site("Alpha Junior", parent=alpha)
    MessageText.objects.create(site=alpha, key="name.organization", text_he="בית ספר אלפא")
    MessageText.objects.create(site=alpha, key="name.support", text_he="תמיכה")

    _row, at_child = people.invite(child)
    theirs = Visitor(language="he").see(f"/i/{people.invite(alpha)[1]}").text
    childs = Visitor(language="he").see(f"/i/{at_child}").text

    assert "בית ספר אלפא" in theirs and "Alpha School" not in theirs and "תמיכה" in theirs
    assert "Alpha Junior" in childs and "בית ספר אלפא" not in childs and "תמיכה" in childs
    SiteConfiguration.objects.filter(site=child).update(support_name="Junior's desk")
    raise_version()
    assert "Junior's desk" in Visitor(language="he").see(f"/i/{at_child}").text
    assert "Help desk" in Visitor(language="en").see(f"/i/{people.invite(alpha)[1]}").text


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil",
        "/no/such/page",
        "",
        "/enroll/\r\nX: y",
    ],
)
def test_the_language_switch_leads_nowhere_else(alpha: Site, elsewhere: str) -> None:
    answer = Visitor().post("/language", {"language": "de", "next": elsewhere})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/enroll/")


def test_a_language_the_site_does_not_offer_is_not_kept(alpha: Site) -> None:
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.languages = "en,de"
    configuration.save()
    visitor = Visitor()
    answer = visitor.post("/language", {"language": "ar", "next": "/enroll/"})
    assert "__Host-gatehouse-language" not in answer.cookies
    assert visitor.see("/enroll/").lang == "en"
