"""Before Start and Log In: browsers that can't install the profile are told how to go on; nobody else is held up."""

import pytest
from django.contrib.sites.models import Site
from django.test import override_settings

from enrollment.models import Enrollment
from sites_config.models import User
from tests import people
from tests.gallery_pages.browsers import CHROME_ON_IPAD, CHROME_ON_IPHONE, OLD_SAFARI, ON_WINDOWS
from tests.phone.safari import USER_AGENTS
from tests.rules.tables import changed, dump
from tests.visitor import Visitor, as_page

pytestmark = pytest.mark.django_db
IOS = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
OTHERS_ON_IOS = {
    "Chrome": CHROME_ON_IPHONE,
    "Firefox": f"{IOS} FxiOS/143.0 Mobile/15E148 Safari/605.1.15",
    "Edge": f"{IOS} Version/18.0 EdgiOS/141.0.3537.60 Mobile/15E148 Safari/604.1",
    "DuckDuckGo": f"{IOS} Version/18.6 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15",
    "Google app": f"{IOS} GSA/388.0.811331708 Mobile/15E148 Safari/604.1",
    "Instagram": f"{IOS} Mobile/22G100 Instagram 400.0.0.29.75 (iPhone15,2; iOS 18_6; en_US)",
    "Facebook": f"{IOS} Mobile/22G100 [FBAN/FBIOS;FBAV/530.0.0.41.74;FBBV/1]",
    "Line": f"{IOS} Mobile/15E148 Safari Line/15.15.0",
    "an app's own view": f"{IOS} Mobile/15E148",
    "the sheet of a captive portal": "Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/16H88",
}
ELSEWHERE = {
    "Windows": ON_WINDOWS,
    "Android": "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/141.0.0.0 Mobile Safari/537.36",
    "Linux": "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "ChromeOS": "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36",
}
LET_IN = {
    "iPhone": USER_AGENTS["iPhone"],
    "iPad as a Mac": USER_AGENTS["iPad"],
    "iPad as itself": "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1",
    "old iPhone": OLD_SAFARI,
    "Chrome on iPad as a Mac": CHROME_ON_IPAD,
    "Chrome on a Mac": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/141.0.0.0 "
    "Safari/537.36",
    "something new": "Quokka/1.0",
    "nothing": "",
}


@pytest.fixture(params=["portal", "invitation"])
def entrance(request: pytest.FixtureRequest, alpha: Site) -> str:
    return "/enroll/" if request.param == "portal" else f"/i/{people.invite(alpha)[1]}"


@pytest.mark.parametrize("name", OTHERS_ON_IOS)
def test_another_browser_on_the_device_is_told_how_to_open_safari(entrance: str, name: str) -> None:
    answer = Visitor(agent=OTHERS_ON_IOS[name]).get(entrance)
    page, html = as_page(answer), answer.content.decode()

    assert page.status == 200 and page.h1 == "Open this page in Safari"
    assert f'value="https://alpha.test{entrance}"' in html and "QR code" not in html
    assert page.main_forms == [] and not Enrollment.objects.exists()


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_computer_shows_the_code_for_the_devices_camera(entrance: str, name: str) -> None:
    answer = Visitor(agent=ELSEWHERE[name]).get(entrance)
    page, html = as_page(answer), answer.content.decode()

    assert page.status == 200 and page.h1 == "Open this on the iPhone or iPad"
    assert 'aria-label="QR code of the link"' in html
    assert f'value="https://alpha.test{entrance}"' in html
    assert page.main_forms == [] and not Enrollment.objects.exists()


@pytest.mark.parametrize("name", LET_IN)
def test_nobody_else_is_held_up(entrance: str, name: str) -> None:
    page = Visitor(agent=LET_IN[name]).see(entrance)

    assert page.status == 200 and len(page.main_forms) == 1
    assert page.h1 in ("Log in", "Enroll this iPhone", "Enroll this iPad", "Enroll this iPhone or iPad")


def test_a_mac_which_may_be_an_ipad_is_asked_and_never_stopped(alpha: Site, alice: User) -> None:
    visitor = Visitor(agent="iPad")

    html = visitor.get("/enroll/").content.decode()
    assert '<section class="card mac"><h2>Is this a Mac?</h2>' in html
    assert "@supports (font:-apple-system-body) and (-webkit-touch-callout:none)" in html
    assert ".mac{display:none}" in html  # iPads know that property

    assert visitor.log_in().status_code == 303
    later = visitor.get(visitor.reach("mdm-profile")).content.decode()
    assert "Is this a Mac?" not in later and '<p class="mac">' in later


def test_chrome_on_an_ipad_is_asked_for_safari_even_where_it_says_that_it_is_a_mac(alpha: Site) -> None:
    html = Visitor(agent=CHROME_ON_IPAD).get("/enroll/").content.decode()

    assert "Please use Safari" in html and "Is this a Mac?" not in html
    assert '<section class="card">' in html  # shown on touch screens too


def test_what_is_wrong_with_an_invitation_is_said_at_once(alpha: Site) -> None:
    """Nobody scans a code to read that on their iPhone."""
    visitor = Visitor(agent=ON_WINDOWS)
    _row, token = people.invite(alpha, max_uses=1)
    Visitor().start(token)

    assert visitor.see("/i/unknown").h1 == "This invitation is not valid"
    assert visitor.see(f"/i/{token}").h1 == "This invitation was started elsewhere"
    people.configure(alpha, portal_open=False)
    assert visitor.see("/enroll/").h1 == "Enrollment is closed"


def test_whoever_began_here_can_take_the_answers_to_safari(alice: User) -> None:
    """They were in an app that the gate did not know then, say."""
    visitor = Visitor()
    visitor.log_in()

    page = visitor.see("/enroll/", user_agent=CHROME_ON_IPHONE)

    assert page.h1 == "Open this page in Safari"
    assert page.link("Go on with what you began").url.endswith(f"{visitor.own}/hand-over")


def test_the_demonstration_goes_on_in_any_browser(alpha: Site) -> None:
    visitor = Visitor(agent=ON_WINDOWS)
    assert visitor.post("/go-on-here", {"next": "/enroll/"}).status_code == 404

    with override_settings(DEMO=True):
        page = visitor.see("/enroll/")
        assert [button.text for form in page.main_forms for button in form.buttons] == [
            "Go on in this browser (demonstration)"
        ]
        answer = visitor.post("/go-on-here", {"next": "/enroll/"})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/enroll/")
        assert visitor.see("/enroll/").h1 == "Log in"
        elsewhere = visitor.post("/go-on-here", {"next": "https://evil.example/"})
        assert elsewhere.headers["Location"] == "/enroll/"
    assert visitor.see("/enroll/").h1 == "Open this on the iPhone or iPad"


def test_a_gate_changes_nothing(entrance: str) -> None:
    visitor = Visitor(agent=CHROME_ON_IPHONE)
    before = dump()

    for _repeat in range(50):
        visitor.get(entrance)

    assert changed(before, dump()) == {}
