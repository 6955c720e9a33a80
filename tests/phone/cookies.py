"""Safari's cookie jar (RFC 6265bis): prefixes, Secure, Path, SameSite, expiry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, urlsplit


@dataclass(frozen=True)
class Cookie:
    name: str
    value: str
    host: str
    host_only: bool
    path: str
    secure: bool
    http_only: bool
    same_site: str  # "strict", "lax", "none"; Safari treats a missing attribute as "none"
    expires: datetime | None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.name, self.host, self.path

    def matches(self, url: SplitResult) -> bool:
        return self._matches_host(url.hostname or "") and _path_matches(url.path or "/", self.path)

    def _matches_host(self, host: str) -> bool:
        return host == self.host or (not self.host_only and host.endswith(f".{self.host}"))


def same_site(one: str, other: str) -> bool:
    """Same scheme and same registrable domain, taken as the last two labels (no public suffix list here)."""
    first, second = urlsplit(one), urlsplit(other)
    return first.scheme == second.scheme and _site(first.hostname or "") == _site(second.hostname or "")


def _site(host: str) -> str:
    return host if host.replace(".", "").isdigit() else ".".join(host.split(".")[-2:])


def _path_matches(path: str, cookie_path: str) -> bool:
    return path == cookie_path or path.startswith(cookie_path.rstrip("/") + "/")


@dataclass
class CookieJar:
    """`refused` says of every Set-Cookie that was dropped which rule it broke."""

    cookies: dict[tuple[str, str, str], Cookie] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def store(self, url: str, set_cookies: Iterable[str], *, now: datetime) -> None:
        for header in set_cookies:
            cookie = _parse(header, urlsplit(url), now)
            broken = _broken_rule(cookie, urlsplit(url), "domain=" in header.lower())
            if broken:
                self.refused.append(f"{cookie.name}: {broken}")
            else:
                self._put(cookie, now)

    def _put(self, cookie: Cookie, now: datetime) -> None:
        self.cookies.pop(cookie.key, None)
        if cookie.expires is None or cookie.expires > now:
            self.cookies[cookie.key] = cookie

    def header(self, url: str, *, initiator: str | None, safe: bool, now: datetime) -> str:
        """Value of Cookie for a request to `url`. `initiator`: URL of the page that started it, None for the
        address bar; `safe`: a top-level navigation by GET."""
        wanted = (cookie for cookie in self.cookies.values() if cookie.matches(urlsplit(url)))
        live = (cookie for cookie in wanted if cookie.expires is None or cookie.expires > now)
        local = initiator is None or same_site(initiator, url)
        sent = [cookie for cookie in live if _may_travel(cookie, urlsplit(url), local, safe)]
        sent.sort(key=lambda cookie: -len(cookie.path))
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in sent)

    def value(self, name: str) -> str | None:
        return next((cookie.value for cookie in self.cookies.values() if cookie.name == name), None)


def _may_travel(cookie: Cookie, url: SplitResult, local: bool, safe: bool) -> bool:
    if cookie.secure and url.scheme != "https":
        return False
    return local or cookie.same_site == "none" or (cookie.same_site == "lax" and safe)


def _parse(header: str, url: SplitResult, now: datetime) -> Cookie:
    pair, *rest = header.split(";")
    name, _, value = pair.partition("=")
    attributes = {
        key.strip().lower(): text.strip() for key, _, text in (part.partition("=") for part in rest)
    }
    domain = attributes.get("domain", "").lstrip(".").lower()
    path = attributes.get("path", "")
    return Cookie(
        name=name.strip(),
        value=value.strip(),
        host=domain or url.hostname or "",
        host_only=not domain,
        path=path if path.startswith("/") else _default_path(url.path),
        secure="secure" in attributes,
        http_only="httponly" in attributes,
        same_site=attributes.get("samesite", "none").lower(),
        expires=_expiry(attributes, now),
    )


def _default_path(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def _expiry(attributes: dict[str, str], now: datetime) -> datetime | None:
    if "max-age" in attributes:
        return now + timedelta(seconds=int(attributes["max-age"]))
    if "expires" not in attributes:
        return None
    expires = parsedate_to_datetime(attributes["expires"])
    return expires if expires.tzinfo else expires.replace(tzinfo=UTC)


def _broken_rule(cookie: Cookie, url: SplitResult, names_domain: bool) -> str:
    host = url.hostname or ""
    if cookie.secure and url.scheme != "https":
        return "Secure, but set over http"
    if host != cookie.host and not host.endswith(f".{cookie.host}"):
        return "Domain of another host"
    if cookie.name.startswith(("__Host-", "__Secure-")) and not cookie.secure:
        return "prefix without Secure"
    if cookie.name.startswith("__Host-") and (names_domain or cookie.path != "/"):
        return "__Host- with Domain or without Path=/"
    return ""
