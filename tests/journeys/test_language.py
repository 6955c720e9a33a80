"""The language: the browser's, until somebody chooses another."""

import pytest
from django.contrib.sites.models import Site

from sites_config.models import SiteConfiguration
from tests import people
from tests.visitor import Visitor

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


@pytest.mark.parametrize("accepted", ["fr", "", "xx-yy;q=abc", "*", "e" * 5000])
def test_a_language_nobody_offers_is_answered_in_the_sites_own(
    alpha: Site, token: str, accepted: str
) -> None:
    configuration = SiteConfiguration.objects.get(site=alpha)
    configuration.default_language = "de"
    configuration.save()
    assert Visitor(language=accepted).see(f"/i/{token}").lang == "de"


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
