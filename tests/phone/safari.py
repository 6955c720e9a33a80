"""Mobile Safari without JavaScript: navigation, forms, cookies, and profiles handed on to Settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urljoin, urlsplit

from tests.phone.cookies import CookieJar, same_site
from tests.phone.errors import PhoneError
from tests.phone.forms import Button, Form
from tests.phone.network import Network, Request, Response
from tests.phone.page import Page, read_page
from tests.phone.referrer import origin_header, referrer

PROFILE = "application/x-apple-aspen-config"
WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0"
USER_AGENTS = {
    "iPhone": f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {WEBKIT} Mobile/15E148 Safari/604.1",
    "iPad": f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Safari/605.1.15",  # its default
}
ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
REDIRECTS = (301, 302, 303, 307, 308)
MAX_REDIRECTS = 16


@dataclass(frozen=True)
class _Navigation:
    """`initiator`: the page that asks, None for the address bar."""

    method: str
    url: str
    body: bytes | None
    initiator: Page | None

    def redirected(self, status: int, location: str) -> _Navigation:
        url = urljoin(self.url, location)
        keeps = status in (307, 308)
        return _Navigation(self.method if keeps else "GET", url, self.body if keeps else None, self.initiator)


class Safari:
    """`hosts`: host names besides the first page's own that a journey may lead to. `page` is what stands on
    screen, `downloads` the answers that were profiles; the page stays where it is when one arrives."""

    def __init__(
        self,
        network: Network,
        *,
        family: str,
        languages: Sequence[str],
        clock: Callable[[], datetime],
        hosts: Sequence[str] = (),
    ) -> None:
        self.network = network
        self.user_agent = USER_AGENTS[family]
        self.accept_language = ",".join(
            language if not rank else f"{language};q={1 - rank / 10:.1f}"
            for rank, language in enumerate(languages)
        )
        self.cookies = CookieJar()
        self.page: Page | None = None
        self.downloads: list[Response] = []
        self._clock = clock
        self._hosts = set(hosts)

    def open(self, url: str) -> Page:
        """Type an address, scan a code or tap a link in another app."""
        if urlsplit(url).scheme not in ("http", "https"):
            raise PhoneError(
                "Safari", f"an address starts with http:// or https://, this one does not: {url!r}"
            )
        self._hosts.add(urlsplit(url).hostname or "")
        return self._go(_Navigation("GET", url, None, None))

    def follow(self, url: str) -> Page:
        """Tap a link of the page, or let its meta refresh happen."""
        return self._go(_Navigation("GET", urljoin(self.here.url, url), None, self.here))

    def reload(self) -> Page:
        return self._go(_Navigation("GET", self.here.url, None, None))

    def submit(
        self, form: Form, answers: Mapping[str, str] | None = None, button: Button | None = None
    ) -> Page:
        """Fill in the form and press `button`, by default its first."""
        pressed = button or form.button()
        data = urlencode(form.data(answers or {}, pressed))
        target = (pressed.action if pressed else None) or form.action
        if form.method == "GET":
            return self._go(_Navigation("GET", f"{target.partition('?')[0]}?{data}", None, self.here))
        return self._go(_Navigation("POST", target, data.encode(), self.here))

    def fetch(self, url: str) -> Response:
        """What the page's own script fetches from its own server."""
        target = urljoin(self.here.url, url)
        step = _Navigation("GET", target, None, self.here)
        headers = self._headers(step) | {"Accept": "*/*", "Sec-Fetch-Dest": "empty", "Sec-Fetch-Mode": "cors"}
        return self._send(Request("Safari", "GET", target, headers))

    @property
    def here(self) -> Page:
        if self.page is None:
            raise PhoneError("Safari", "no page is open")
        return self.page

    def _go(self, step: _Navigation) -> Page:
        for _ in range(MAX_REDIRECTS):
            self._check_host(step.url)
            response = self._send(Request("Safari", step.method, step.url, self._headers(step), step.body))
            location = response.header("Location")
            if response.status not in REDIRECTS or not location:
                return self._arrive(response)
            step = step.redirected(response.status, location)
        raise PhoneError("Safari", f"more than {MAX_REDIRECTS} redirects")

    def _send(self, request: Request) -> Response:
        response = self.network.send(request)
        self.cookies.store(request.url, response.all_headers("Set-Cookie"), now=self._clock())
        return response

    def _arrive(self, response: Response) -> Page:
        if response.status == 200 and response.media_type == PROFILE:
            self.downloads.append(response)
            return self.page or read_page(Response("about:blank", 200, (), b""))
        if response.media_type != "text/html":
            raise PhoneError(
                "Safari", f"HTTP {response.status}, {response.media_type or 'nothing'} instead of a page"
            )
        self.page = read_page(response)
        for url in self.page.resources:
            self._check_host(url)
        return self.page

    def _check_host(self, url: str) -> None:
        host = urlsplit(url).hostname or ""
        if host not in self._hosts:
            raise PhoneError("Safari", f"led to the foreign host {host!r}")

    def _headers(self, step: _Navigation) -> dict[str, str]:
        page = step.initiator
        headers = {
            "User-Agent": self.user_agent,
            "Accept": ACCEPT,
            "Accept-Language": self.accept_language,
            "Accept-Encoding": "gzip, deflate",
            "Sec-Fetch-Dest": "document",
            "Sec-Fetch-Mode": "navigate",
            "Sec-Fetch-Site": _fetch_site(page.url if page else None, step.url),
            "Cookie": self._cookie_header(step),
            "Referer": referrer(page.url, page.referrer_policy, step.url) if page else "",
        }
        if step.method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = origin_header(page.url, page.referrer_policy, step.url) if page else "null"
        return {name: value for name, value in headers.items() if value}

    def _cookie_header(self, step: _Navigation) -> str:
        initiator = step.initiator.url if step.initiator else None
        return self.cookies.header(
            step.url, initiator=initiator, safe=step.method == "GET", now=self._clock()
        )


def _fetch_site(initiator: str | None, target: str) -> str:
    if initiator is None:
        return "none"
    if urlsplit(initiator)[:2] == urlsplit(target)[:2]:
        return "same-origin"
    return "same-site" if same_site(initiator, target) else "cross-site"
