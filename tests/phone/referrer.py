"""What a page tells the next server about itself: Referer (Referrer Policy) and Origin (Fetch)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urldefrag, urlsplit


def origin(url: str) -> str:
    return "{0.scheme}://{0.netloc}".format(urlsplit(url))


def _downgrades(page: str, target: str) -> bool:
    return page.startswith("https:") and not target.startswith("https:")


def _whole(page: str, target: str) -> str:
    return urldefrag(page).url


def _only_origin(page: str, target: str) -> str:
    return origin(page) + "/"


def _nothing(page: str, target: str) -> str:
    return ""


def _unless_downgraded(rule: Callable[[str, str], str]) -> Callable[[str, str], str]:
    return lambda page, target: "" if _downgrades(page, target) else rule(page, target)


def _by_origin(
    same: Callable[[str, str], str], other: Callable[[str, str], str]
) -> Callable[[str, str], str]:
    return lambda page, target: (same if origin(page) == origin(target) else other)(page, target)


POLICIES: dict[str, Callable[[str, str], str]] = {
    "no-referrer": _nothing,
    "no-referrer-when-downgrade": _unless_downgraded(_whole),
    "same-origin": _by_origin(_whole, _nothing),
    "origin": _only_origin,
    "strict-origin": _unless_downgraded(_only_origin),
    "origin-when-cross-origin": _by_origin(_whole, _only_origin),
    "strict-origin-when-cross-origin": _unless_downgraded(_by_origin(_whole, _only_origin)),
    "unsafe-url": _whole,
}


def referrer(page: str, policy: str, target: str) -> str:
    """Value of Referer for a request from `page` to `target`; "" for none."""
    return POLICIES.get(policy.strip().lower(), POLICIES["strict-origin-when-cross-origin"])(page, target)


def origin_header(page: str, policy: str, target: str) -> str:
    """Value of Origin for a POST: "null" where the page hides its referrer, which Django's CSRF check
    refuses."""
    return origin(page) if referrer(page, policy, target) else "null"
