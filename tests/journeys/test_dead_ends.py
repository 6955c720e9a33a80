"""Where the way ends, a page says why, names one next action and whom to ask, and carries a code to tell them."""

import re

import pytest
from django.contrib.sites.models import Site

from sites_config.models import User
from tests.gallery import Gallery, pages
from tests.moved_clock import Clock
from tests.visitor import Visitor, as_page

pytestmark = pytest.mark.django_db

# page: (status, title, a word of the cause, the one next action and where it leads)
ENDS = {
    "invitation_unknown": (404, "This invitation is not valid", "may be incomplete", "Try again", r"/i/unknown"),
    "invitation_expired": (410, "This invitation has expired", "new invitation", "Log in instead", r"/enroll/"),
    "invitation_revoked": (410, "This invitation was withdrawn", "new invitation", "Log in instead", r"/enroll/"),
    "invitation_used_up": (410, "This invitation was already used", "another device", "Log in instead", r"/enroll/"),
    "invitation_elsewhere": (409, "This invitation was started elsewhere", "go on there", "Check again", r"/i/[\w-]+"),
    "enrollment_elsewhere": (403, "This enrollment is not open in this browser", "started", "Start again", r"/enroll/"),
    "enrollment_expired": (410, "This enrollment has expired", "too long", "Start again", r"/enroll/"),
    "enrollment_released": (410, "This enrollment was ended", "can be used again", "Start again", r"/i/[\w-]+"),
    "no_privilege": (403, "Your account may not enroll devices", "privilege", "Log in as someone else", r"/enroll/"),
    "no_access": (
        403, "You may not enroll devices with Alpha School", "by group", "Log in as someone else", r"/enroll/[\w-]+/",
    ),
    "closed": (403, "Enrollment is closed", "at the moment", "Check again", r"/enroll/"),
    "cookies": (403, "Safari did not keep a cookie", "Block All Cookies", "Try again", r"/enroll/"),
    "unavailable": (503, "The profile could not be prepared", "set up", "Try again", r"/enroll/[\w-]+/mdm-profile/"),
    "profile_gone": (404, "This download is no longer available", "too old", "Return to enrollment", r"/enroll/"),
    "not_found": (404, "There is no such page", "address", "Go to enrollment", r"/enroll/"),
    "busy": (503, "Many people are enrolling right now", "nothing is lost", "Try again", r"/enroll/"),
    "error": (500, "Something went wrong", "fault is ours", "Try again", r"/enroll/"),
    "unknown_host": (421, "Nothing is served at this address", "QR code", "Try again", r"/enroll/"),
}  # fmt: skip
WITHOUT_SITE = ("error", "unknown_host")
WITH_CODE = ("invitation_unknown", "invitation_expired", "invitation_revoked", "invitation_used_up", "closed")


@pytest.mark.parametrize("name", ENDS)
def test_a_dead_end_names_cause_action_contact_and_code(
    alpha: Site, alice: User, bob: User, clock: Clock, name: str
) -> None:
    status, title, cause, action, leads_to = ENDS[name]

    page = as_page(pages()[name](Gallery(alpha, clock)))

    assert (page.status, page.h1) == (status, title)
    assert cause in page.text
    inside = [link for link in page.links if link.within_main]
    codes = ["Enter a code"] if name in WITH_CODE else []  # in small, for whoever was given one
    assert [link.text for link in inside] + [form.buttons[0].text for form in page.main_forms] == [
        action,
        *codes,
    ]
    assert re.fullmatch(rf"https://alpha\.test{leads_to}", inside[0].url)
    assert re.search(r"Reference code: [2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", page.text)
    if name not in WITHOUT_SITE:
        assert (
            "Alpha School IT desk" in page.text
            and "+1 555 0100" in page.text
            and "it@alpha.example" in page.text
        )


def test_busy_pages_say_when_to_come_back(alpha: Site, alice: User, clock: Clock) -> None:
    answer = pages()["busy"](Gallery(alpha, clock))
    assert answer.headers["Retry-After"] == "30"


def test_a_browser_without_cookies_reads_what_to_change(alpha: Site, alice: User) -> None:
    """Start and Log In are the first to notice; the form's token can't come along either."""
    gallery = Gallery(alpha, Clock())
    token = gallery.invite()
    for path, data in ((f"/i/{token}", {}), ("/enroll/", {"username": "alice", "password": "x"})):
        visitor = Visitor()
        visitor.get(path)
        visitor.client.cookies.clear()
        for checks in (False, True):
            visitor.client.handler.enforce_csrf_checks = checks
            page = as_page(visitor.post(path, data), path)
            assert (page.status, page.h1) == (403, "Safari did not keep a cookie")
            assert page.link("Try again").url == f"https://alpha.test{path}"


def test_the_links_of_the_contact_can_be_tapped(alpha: Site, clock: Clock) -> None:
    answer = pages()["not_found"](Gallery(alpha, clock))
    assert 'href="tel:+15550100"' in answer.content.decode()
    assert 'href="mailto:it@alpha.example"' in answer.content.decode()


def test_start_again_leads_back_to_the_invitation_it_came_from(alpha: Site, clock: Clock) -> None:
    gallery = Gallery(alpha, clock)
    token = gallery.invite()
    visitor = Visitor()
    visitor.start(token)
    clock.forward(hours=2)

    page = visitor.see(visitor.own + "/")

    assert page.link("Start again").url == f"https://alpha.test/i/{token}"
    assert visitor.see(f"/i/{token}").h1 == "Enroll this iPhone"
    visitor.post(f"/i/{token}")
    assert visitor.get(f"/i/{token}").status_code == 200


def test_an_invitation_with_one_letter_changed_is_unknown(alpha: Site, clock: Clock) -> None:
    token = Gallery(alpha, clock).invite()
    visitor = Visitor()
    for place, letter in enumerate(token):
        other = token[:place] + ("A" if letter != "A" else "B") + token[place + 1 :]
        assert visitor.get(f"/i/{other}").status_code == 404
    for other in (token[:-1], token + "A", token.swapcase(), f" {token}", f"{token}%00"):
        assert visitor.get(f"/i/{other}").status_code == 404
    assert visitor.get(f"/i/{token}").status_code == 200


@pytest.mark.parametrize(
    "token", ["a%0d%0aSet-Cookie:%20x=y", "%00", "..%2f..%2fadmin%2f", "%D9%85", "//evil.example", "a b"]
)
def test_a_strange_invitation_in_the_query_is_an_unknown_one(alpha: Site, token: str) -> None:
    visitor = Visitor()

    answer = visitor.get(f"/enroll/?invitation={token}")

    assert answer.status_code == 302 and "x" not in answer.cookies
    location = answer.headers["Location"]
    assert re.fullmatch(r"/i/[\w%.~-]+", location)
    assert visitor.get(location).status_code == 404


@pytest.mark.parametrize(
    "strange", ["%00", "%0a", "a%20b", "%D9%85", "..", "%2e%2e%2f", "'%20OR%201=1--", "%ff"]
)
def test_strange_addresses_are_no_page_and_no_fault(alpha: Site, strange: str) -> None:
    for path in (
        "/enroll/{}/",
        "/enroll/{}/status",
        "/enroll/{}/install/",
        "/p/{}.mobileconfig",
        "/scep/{}",
        "/i/{}",
    ):
        assert Visitor().get(path.format(strange)).status_code in (403, 404)


def test_a_form_with_thousands_of_fields_is_refused_with_a_page(alpha: Site, alice: User) -> None:
    visitor = Visitor()
    visitor.get("/enroll/")

    page = as_page(visitor.post("/enroll/", {f"field{number}": "" for number in range(2001)}))

    assert (page.status, page.h1) == (400, "Something went wrong")
    assert page.reference and "Alpha School IT desk" in page.text
