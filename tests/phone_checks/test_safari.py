"""Safari: navigation, cookies, forms and what it tells about where it came from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.phone.cookies import CookieJar
from tests.phone.errors import PhoneError
from tests.phone.network import Network
from tests.phone.safari import Safari
from tests.phone_checks.double import Asked, Double, Reply, page, see_other

NOW = datetime(2025, 3, 1, 8, 0, tzinfo=UTC)
FORM = '<form method="post" action="/answer"><button>Go</button></form>'


def safari(family: str = "iPhone", languages: tuple[str, ...] = ("en",)) -> Safari:
    return Safari(Network(), family=family, languages=languages, clock=lambda: NOW)


def cookies(url: str, *set_cookies: str) -> CookieJar:
    jar = CookieJar()
    jar.store(url, set_cookies, now=NOW)
    return jar


def sent(jar: CookieJar, url: str, initiator: str | None = None, *, safe: bool = True, later: int = 0) -> str:
    return jar.header(url, initiator=initiator, safe=safe, now=NOW + timedelta(seconds=later))


@pytest.mark.parametrize(
    ("url", "header", "rule"),
    [
        ("http://127.0.0.1/", "k=1; Secure", "Secure, but set over http"),
        ("https://a.example/", "__Host-k=1; Path=/", "prefix without Secure"),
        ("https://a.example/", "__Host-k=1; Secure; Path=/x", "__Host- with Domain"),
        ("https://a.example/", "__Host-k=1; Secure; Path=/; Domain=a.example", "__Host- with Domain"),
        ("https://a.example/", "k=1; Domain=b.example", "another host"),
    ],
)
def test_a_cookie_that_breaks_a_rule_is_dropped(url: str, header: str, rule: str) -> None:
    jar = cookies(url, header)
    assert jar.cookies == {}
    assert rule in jar.refused[0]


def test_a_host_cookie_travels_to_its_host_over_https_only() -> None:
    jar = cookies("https://a.example/x/y", "__Host-k=1; Secure; Path=/; HttpOnly")
    assert sent(jar, "https://a.example/z") == "__Host-k=1"
    assert sent(jar, "http://a.example/z") == ""
    assert sent(jar, "https://b.a.example/z") == ""


def test_paths_are_prefixes_of_whole_segments() -> None:
    jar = cookies("https://a.example/enroll/1/", "k=1; Path=/enroll")
    assert sent(jar, "https://a.example/enroll/2") == "k=1"
    assert sent(jar, "https://a.example/enrollment") == ""
    jar.store("https://a.example/", ["root=1; Path=/", "deep=1; Path=/enroll/2"], now=NOW)
    assert sent(jar, "https://a.example/enroll/2") == "deep=1; k=1; root=1"
    assert sent(cookies("https://a.example/enroll/1/", "k=1"), "https://a.example/enroll/1") == "k=1"


def test_same_site_cookies_stay_home() -> None:
    jar = cookies(
        "https://a.example/", "s=1; SameSite=Strict", "l=1; SameSite=Lax", "n=1; SameSite=None; Secure"
    )
    assert sent(jar, "https://a.example/") == "s=1; l=1; n=1"
    assert sent(jar, "https://a.example/", "https://idp.test/") == "l=1; n=1"
    assert sent(jar, "https://a.example/", "https://idp.test/", safe=False) == "n=1"


def test_cookies_end_when_they_expire_or_are_deleted() -> None:
    jar = cookies("https://a.example/", "k=1; Max-Age=60")
    assert sent(jar, "https://a.example/", later=59) == "k=1"
    assert sent(jar, "https://a.example/", later=60) == ""
    jar.store("https://a.example/", ["k=; expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0"], now=NOW)
    assert jar.value("k") is None


@pytest.mark.parametrize(("status", "method"), [(302, "GET"), (303, "GET"), (307, "POST")])
def test_redirects_keep_or_drop_the_method(double: Double, status: int, method: str) -> None:
    double.routes["GET /"] = lambda asked: page("Question", FORM)
    double.routes["POST /answer"] = lambda asked: Reply(status=status, headers=(("Location", "next"),))
    double.routes[f"{method} /next"] = lambda asked: page("Thanks")
    browser = safari()
    browser.submit(browser.open(f"{double.url}/").forms[0])
    assert browser.here.h1 == "Thanks"
    assert double.asked[-1].headers["Content-Type"] == (None if method == "GET" else FORM_TYPE)


FORM_TYPE = "application/x-www-form-urlencoded"


def test_a_foreign_host_is_refused_in_redirects_and_resources(double: Double) -> None:
    double.routes["GET /away"] = lambda asked: see_other("https://elsewhere.example/")
    double.routes["GET /logo"] = lambda asked: page("Logo", '<img src="//cdn.example/logo.svg" alt="">')
    for path in ("away", "logo"):
        with pytest.raises(PhoneError, match=r"foreign host '(elsewhere|cdn)\.example'"):
            safari().open(f"{double.url}/{path}")


@pytest.mark.parametrize(("policy", "said"), [("same-origin", True), ("", True), ("no-referrer", False)])
def test_a_post_names_its_origin_unless_the_page_hides_it(double: Double, policy: str, said: bool) -> None:
    headers = (("Referrer-Policy", policy),) if policy else ()
    double.routes["GET /q"] = lambda asked: Reply(FORM.encode(), headers=headers)
    double.routes["POST /answer"] = lambda asked: page("Thanks")
    browser = safari()
    browser.submit(browser.open(f"{double.url}/q?a=1#there").forms[0])
    asked = double.asked[-1].headers
    assert asked["Origin"] == (double.url if said else "null")
    assert asked["Referer"] == (f"{double.url}/q?a=1" if said else None)


def test_a_profile_leaves_the_page_where_it_is(double: Double) -> None:
    link = '<a href="/p/x.mobileconfig">Download</a>'
    double.routes["GET /"] = lambda asked: page("Install", link)
    double.routes["GET /p/x.mobileconfig"] = lambda asked: Reply(
        b"profile", "application/x-apple-aspen-config"
    )
    browser = safari()
    offered = browser.open(f"{double.url}/").profile_url
    assert offered == f"{double.url}/p/x.mobileconfig"
    assert browser.follow(offered).h1 == "Install"
    assert [download.body for download in browser.downloads] == [b"profile"]


def test_it_introduces_itself_as_the_device_does(double: Double) -> None:
    double.routes["GET /"] = lambda asked: page("Hello")
    safari("iPhone", ("ar", "en")).open(f"{double.url}/")
    safari("iPad").open(f"{double.url}/")
    iphone, ipad = (asked.headers for asked in double.asked)
    assert iphone["Accept-Language"] == "ar,en;q=0.9"
    assert "iPhone OS" in iphone["User-Agent"]
    assert "Macintosh" in ipad["User-Agent"]
    assert "Cookie" not in iphone


def test_a_page_is_read_as_a_person_reads_it(double: Double) -> None:
    markup = """<!doctype html><html lang="ar" dir="rtl"><head><title>T</title>
    <meta http-equiv="refresh" content="1; url=/p/x.mobileconfig"></head><body><main>
    <h1>One <b>two</b></h1><div data-status="/s" role="alert">Bad</div></main><script>h1</script>
    <footer><p>Code: K7MQ3X</p></footer></body></html>"""
    double.routes["GET /"] = lambda asked: Reply(markup.encode())
    seen = safari().open(f"{double.url}/")
    assert (seen.h1, seen.title, seen.lang, seen.dir) == ("One two", "T", "ar", "rtl")
    assert seen.refresh == (1, f"{double.url}/p/x.mobileconfig")
    assert (seen.alerts, seen.data["status"], seen.reference) == (("Bad",), "/s", "K7MQ3X")


def test_forms_send_what_a_person_left_ticked_and_chosen(double: Double) -> None:
    fields = """<form method="post" action="/f"><input type="hidden" name="t" value="secret">
    <input type="checkbox" name="c" checked><input type="checkbox" name="d"><input name="gone" disabled>
    <select name="s"><option value="1">One<option value="2" selected>Two</select>
    <textarea name="a">x</textarea>
    <button name="go" value="on">Go</button><button name="stop" value="off">Stop</button></form>"""
    double.routes["GET /"] = lambda asked: page("F", fields)
    double.routes["POST /f"] = lambda asked: page("G")
    browser = safari()
    form = browser.open(f"{double.url}/").forms[0]
    assert form.named("s")[0].options == (("1", "One"), ("2", "Two"))
    browser.submit(form, {"t": "forged", "a": "typed"})
    assert double.asked[-1].form == {"t": "secret", "c": "on", "s": "2", "a": "typed", "go": "on"}


def test_a_required_field_left_empty_is_not_sent(double: Double) -> None:
    double.routes["GET /"] = lambda asked: page(
        "F", '<form><input name="n" required><button>Go</button></form>'
    )
    browser = safari()
    with pytest.raises(PhoneError, match=r"'n' .* must be filled in"):
        browser.submit(browser.open(f"{double.url}/").forms[0])


def test_a_page_that_is_no_page_is_an_error(double: Double) -> None:
    double.routes["GET /"] = lambda asked: _echo(asked)
    with pytest.raises(PhoneError, match="HTTP 500, text/plain instead of a page"):
        safari().open(f"{double.url}/")


def _echo(asked: Asked) -> Reply:
    return Reply(asked.path.encode(), "text/plain", status=500)
