"""A page is one request of at most five kilobytes over the wire."""

import gzip
import re

import pytest
from django.contrib.sites.models import Site

from sites_config.models import User
from tests.gallery import Gallery, pages
from tests.moved_clock import Clock
from tests.visitor import as_page

pytestmark = pytest.mark.django_db
LIMIT = 5 * 1024
# Whatever makes a browser ask for something more.
LOADS = re.compile(
    r"<(?:link|img|script|iframe|object|embed|video|audio|source|use|image|base)\b[^>]*\b(?:href|src|srcset|data)=\"(?!data:,?\")"
    r"|@import|url\((?!data:)",
    re.IGNORECASE,
)


@pytest.mark.parametrize("language", ["en", "de", "ar"])
@pytest.mark.parametrize("name", pages())
def test_every_page_is_one_small_request(
    alpha: Site, alice: User, bob: User, clock: Clock, name: str, language: str
) -> None:
    answer = pages()[name](Gallery(alpha, clock, language))

    page, html = as_page(answer), answer.content.decode()
    assert page.lang == language
    assert len(gzip.compress(answer.content, compresslevel=6)) <= LIMIT
    assert page.resources == () and LOADS.findall(html) == []
    known = html.replace("http://www.w3.org/2000/svg", "").replace('value="https://alpha.test/', "")
    # Where the pages on the way to a provider lead to.
    known = re.sub(r"https://(login\.example/auth|saml\.example/logout)\?[^\"]*", "", known)
    foreign = re.findall(r"(?:https?:)?//[^\s\"'<>]+", known)
    assert foreign == []


def test_the_server_sends_it_compressed(alpha: Site, alice: User, clock: Clock) -> None:
    visitor = Gallery(alpha, clock).visitor()

    answer = visitor.get("/enroll/", accept_encoding="gzip")

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.content) <= LIMIT
    assert "Accept-Encoding" in answer.headers["Vary"]


def test_this_search_finds_what_loads() -> None:
    assert (
        LOADS.search('<img alt="" src="/logo.png">')
        and LOADS.search("@import 'x'")
        and LOADS.search("url(/x.png)")
    )
    assert not LOADS.search('<link rel="icon" href="data:,">')
