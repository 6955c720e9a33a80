"""A page as the phone reads it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from tests.phone.forms import Form, read_forms
from tests.phone.html_tree import Element, parse
from tests.phone.network import Response

FRAME_ACTIONS = ("/language", "/log-out", "/logout", "/start-over")  # forms every page may carry
REFRESH = re.compile(r"\s*(\d+)\s*[;,]?\s*(?:url\s*=\s*)?[\"']?([^\"']*)", re.IGNORECASE)
CODE = re.compile(r".*:\s*([2-9A-HJ-NP-Z-]{5,})\Z")  # "Reference: K7MQ3X"; no 0, O, 1, I
RESOURCES = (("img", "src"), ("script", "src"), ("iframe", "src"), ("source", "src"))


@dataclass(frozen=True)
class Link:
    text: str
    url: str  # absolute, without fragment
    within_main: bool


@dataclass(frozen=True)
class Page:
    """`refresh`: seconds and absolute URL of a meta refresh. `data`: every data-* attribute of the page by
    its name without "data-", first one wins. `reference`: the code a person reads to the help desk."""

    url: str
    status: int
    referrer_policy: str
    title: str
    h1: str
    lang: str
    dir: str
    text: str
    alerts: tuple[str, ...]
    links: tuple[Link, ...]
    forms: tuple[Form, ...]
    resources: tuple[str, ...]
    refresh: tuple[int, str] | None
    reference: str
    data: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def main_forms(self) -> list[Form]:
        """Forms with a button that ask this page's own question, in the order of the page."""
        return [form for form in self.forms if form.buttons and not form.goes_to(*FRAME_ACTIONS)]

    @property
    def profile_url(self) -> str | None:
        """Where this page offers a profile: its meta refresh, else its link to a .mobileconfig."""
        offers = [self.refresh[1]] if self.refresh else []
        offers += [link.url for link in self.links]
        return next((url for url in offers if urlsplit(url).path.endswith(".mobileconfig")), None)

    def link(self, text: str) -> Link:
        return next(link for link in self.links if link.text == text)

    def describe(self) -> str:
        """One clause for an error: status, h1 and reference code."""
        code = f", reference {self.reference}" if self.reference else ""
        alerts = f", it says {' / '.join(self.alerts)!r}" if self.alerts else ""
        return f"HTTP {self.status}, page {self.h1 or self.title!r}{alerts}{code}"


def read_page(response: Response) -> Page:
    root = parse(response.body.decode("utf-8", "replace"))
    html, h1, title = root.first("html"), root.first("h1"), root.first("title")
    base = response.url
    return Page(
        url=base,
        status=response.status,
        referrer_policy=response.header("Referrer-Policy") or "strict-origin-when-cross-origin",
        title=title.text if title else "",
        h1=h1.text if h1 else "",
        lang=html.attributes.get("lang", "") if html else "",
        dir=html.attributes.get("dir", "") if html else "",
        text=root.text,
        alerts=tuple(element.text for element in root.walk() if element.attributes.get("role") == "alert"),
        links=_links(root, base),
        forms=read_forms(root, base),
        resources=_resources(root, base),
        refresh=_refresh(root, base),
        reference=_reference(root),
        data=_data(root),
    )


def _links(root: Element, base: str) -> tuple[Link, ...]:
    anchors = [anchor for anchor in root.all("a") if anchor.attributes.get("href")]
    return tuple(
        Link(anchor.text, urljoin(base, anchor.attributes["href"]).partition("#")[0], anchor.inside("main"))
        for anchor in anchors
        if not anchor.attributes["href"].startswith("#")
    )


def _resources(root: Element, base: str) -> tuple[str, ...]:
    loaded = [element.attributes.get(name, "") for tag, name in RESOURCES for element in root.all(tag)]
    sheets = [
        link for link in root.all("link") if link.attributes.get("rel") in ("stylesheet", "icon", "preload")
    ]
    loaded += [link.attributes.get("href", "") for link in sheets]
    return tuple(urljoin(base, url) for url in loaded if url and not url.startswith("data:"))


def _refresh(root: Element, base: str) -> tuple[int, str] | None:
    for meta in root.all("meta"):
        match = REFRESH.match(meta.attributes.get("content", ""))
        if meta.attributes.get("http-equiv", "").lower() == "refresh" and match:
            return int(match[1]), urljoin(base, match[2].strip() or base)
    return None


def _reference(root: Element) -> str:
    for element in root.walk():
        if "data-reference" in element.attributes:
            return element.attributes["data-reference"] or element.text
    matches = (CODE.match(line.text) for line in root.all("p") if line.inside("footer"))
    return next((match[1] for match in matches if match), "")


def _data(root: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.walk():
        for name, value in element.attributes.items():
            if name.startswith("data-"):
                found.setdefault(name.removeprefix("data-"), value)
    return found
