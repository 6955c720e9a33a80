"""R28: the headers that keep a page private and its scripts its own, on every route."""

import base64
import hashlib
import re
from collections.abc import Iterator

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from sites_config.models import User
from tests import people
from tests.gallery import Gallery, pages
from tests.moved_clock import Clock
from tests.visitor import Visitor, as_page

EXACTLY = {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def _routes(resolver: URLResolver, prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    """(path, pattern) of every URL of the installation, with 1 for every argument."""
    for each in resolver.url_patterns:
        assert isinstance(each, URLResolver | URLPattern)
        is_route = isinstance(each.pattern, RoutePattern)
        part = re.sub(r"<[^>]+>", "1", str(each.pattern)) if is_route else "no-such-page"
        if isinstance(each, URLResolver):
            yield from _routes(each, prefix + part)
        else:
            yield prefix + part, each


ROUTES = dict(_routes(get_resolver()))


def test_r28_the_list_of_routes_is_the_whole_installation() -> None:
    assert {
        "/enroll/1/1/",
        "/i/1",
        "/p/1.mobileconfig",
        "/scep/1",
        "/mdm/check-in",
        "/accounts/login/",
        "/admin/",
    } <= set(ROUTES)
    assert len(ROUTES) > 60


def _check(headers: object) -> None:
    assert {name: headers.get(name) for name in EXACTLY} == EXACTLY  # type: ignore[attr-defined]
    assert "no-store" in headers["Cache-Control"]  # type: ignore[index]
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))  # type: ignore[index]
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["form-action"] in ("'self'", "'none'")
    assert "unsafe" not in policy.get("script-src", "") and "http" not in " ".join(policy.values())


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["anybody", "an administrator"])
def test_r28_every_route_has_them(alpha: Site, who: str) -> None:
    people.staff("root", "Root Rowe", is_staff=True, is_superuser=True)
    visitor = Visitor()
    if who == "an administrator":
        visitor.log_in_to_admin("root")
        assert visitor.get("/admin/").status_code == 200
    for path in ROUTES:
        for method in ("GET", "POST", "PUT"):
            answer = visitor.ask(method, path)
            assert answer.status_code < 500, path
            _check(answer.headers)
            assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.fixture
def gallery(alpha: Site, alice: User, bob: User, clock: Clock) -> Gallery:
    return Gallery(alpha, clock)


@pytest.mark.django_db
@pytest.mark.parametrize("name", pages())
def test_r28_every_page_allows_exactly_its_own_style_and_script(gallery: Gallery, name: str) -> None:
    answer = pages()[name](gallery)

    _check(answer.headers)
    policy, html = answer.headers["Content-Security-Policy"], answer.content.decode()
    for element in ("style", "script"):
        for source in re.findall(rf"<{element}>(.*?)</{element}>", html, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
            allowed = re.search(rf"{element}-src ([^;]+)", policy)
            assert allowed and f"'sha256-{digest}'" in allowed[1].split()
    assert "unsafe" not in policy
    assert not re.search(r"<script[^>]+>|\sstyle=|\son\w+=|javascript:", html)


@pytest.mark.django_db
def test_r28_a_profile_is_kept_by_no_cache(alice: User) -> None:
    visitor = Visitor()
    visitor.log_in()
    visitor.go_on()
    answer = visitor.get(visitor.profile_url)
    _check(answer.headers)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="enrollment.mobileconfig"'


ORIGIN = "https://alpha.test"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Referer": f"{ORIGIN}/enroll/"}, 303),
        ({"Referer": f"{ORIGIN}/enroll/", "Origin": ORIGIN}, 303),
        ({}, 403),  # what Referrer-Policy: no-referrer would have made of every form
        ({"Referer": "https://evil.example/"}, 403),
        ({"Referer": "http://alpha.test/enroll/"}, 403),
        ({"Referer": f"{ORIGIN}/enroll/", "Origin": "https://evil.example"}, 403),
        ({"Origin": "null", "Referer": f"{ORIGIN}/enroll/"}, 403),
        ({"Referer": "https://beta.test/enroll/"}, 403),
    ],
)
def test_r28_forms_work_over_https_from_the_same_origin_only(
    alice: User, beta: Site, headers: dict[str, str], status: int
) -> None:
    client = Client(enforce_csrf_checks=True)
    page = as_page(client.get("/enroll/", secure=True, headers={"Host": "alpha.test"}))
    form = next(form for form in page.main_forms)
    data = dict(form.data({"username": "alice", "password": people.PASSWORD}, form.button()))

    answer = client.post("/enroll/", data, secure=True, headers={"Host": "alpha.test", **headers})

    assert answer.status_code == status
    without_token = {name: value for name, value in data.items() if name != "csrfmiddlewaretoken"}
    forged = client.post("/enroll/", without_token, secure=True, headers={"Host": "alpha.test", **headers})
    assert forged.status_code == 403


def test_r28_only_what_devices_and_providers_call_is_exempt_from_csrf() -> None:
    exempt = {each.name for each in ROUTES.values() if getattr(each.callback, "csrf_exempt", False)}
    assert exempt == {"scep", "mdm-check-in", "mdm-connect", "profile", "ca-profile", "saml-consumer"}
