"""What an OpenID provider says of itself (OpenID Connect Discovery 1.0), asked once in a while."""

import time
from typing import Any
from urllib.parse import urlsplit

from enrollment.directories.outbound import Session, Unreachable

KNOWN_FOR = 600.0  # seconds
DEAD_FOR = 15.0  # seconds in which nobody waits once more for a provider that did not answer
PATH = "/.well-known/openid-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_known: dict[str, tuple[float, dict[str, Any]]] = {}
_dead: dict[str, tuple[float, str]] = {}


class BadDiscovery(Exception):
    """It answers, but not as this issuer."""


def configuration(issuer: str) -> dict[str, Any]:
    """Raises Unreachable, BadDiscovery."""
    read_at, known = _known.get(issuer, (0.0, {}))
    now = time.monotonic()
    if known and now - read_at < KNOWN_FOR:
        return known
    failed_at, why = _dead.get(issuer, (-DEAD_FOR, ""))
    if why and now - failed_at < DEAD_FOR:
        raise BadDiscovery(why)
    try:
        document = _read(issuer)
    except (Unreachable, BadDiscovery) as error:
        _dead[issuer] = (now, str(error))
        raise
    _known[issuer] = (now, document)
    return document


def forget() -> None:
    """For a test of the connection, which wants to know how it is now."""
    _known.clear()
    _dead.clear()


def _read(issuer: str) -> dict[str, Any]:
    with Session() as session:
        answer = session.get(issuer.removesuffix("/") + PATH)
    if answer.status_code != 200:
        raise BadDiscovery(f"status {answer.status_code} for its configuration")
    try:
        document = answer.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise BadDiscovery("its configuration is no JSON object")
    _check(document, issuer)
    return document


def _check(document: dict[str, Any], issuer: str) -> None:
    if document.get("issuer") != issuer:
        raise BadDiscovery(f"it calls itself {str(document.get('issuer'))[:200]}")
    missing = [name for name in NEEDED if name not in document]
    in_clear = [name for name in ENDPOINTS if name in document and not _is_https(document[name])]
    if missing or in_clear:
        raise BadDiscovery(f"missing or not https: {', '.join(missing + in_clear)}")


def _is_https(url: object) -> bool:
    return isinstance(url, str) and urlsplit(url).scheme == "https"
