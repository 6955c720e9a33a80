"""One question to a directory in the cloud, and how long it is left alone after it refused one."""

import time
from typing import Any

from enrollment.directories.entry import DirectoryUnavailable
from enrollment.directories.outbound import Session, Unreachable
from enrollment.models import CloudIdentityProvider

# Seconds in which nobody asks again. Retry-After says how many (RFC 9110, 10.2.3); these where it says nothing.
THROTTLED_FOR, DEAD_FOR = 10.0, 15.0
LONGEST_REST = 300.0  # seconds, whatever Retry-After says
LONGEST_REASON = 200  # characters
_resting: dict[int, tuple[float, str]] = {}


class Refused(DirectoryUnavailable):
    """It does not take the token: another one may do."""


def ask(row: CloudIdentityProvider, method: str, url: str, **options: Any) -> dict[str, Any] | None:
    """The object it answers with; None for 404. Raises DirectoryUnavailable."""
    until, why = _resting.get(row.pk, (0.0, ""))
    if time.monotonic() < until:
        raise DirectoryUnavailable(why)
    try:
        with Session() as session:
            answer = session.request(method, url, **options)
    except Unreachable as error:
        raise _rest(row, DEAD_FOR, str(error)) from None
    if answer.status_code == 404:
        return None
    if answer.status_code != 200:
        raise _refusal(row, answer)
    return _object(row, answer)


def forget() -> None:
    """For a test of the connection, which wants to know how it is now."""
    _resting.clear()


def _rest(row: CloudIdentityProvider, seconds: float, why: str) -> DirectoryUnavailable:
    text = f"{row.name}: {why}"
    _resting[row.pk] = (time.monotonic() + min(seconds, LONGEST_REST), text)
    return DirectoryUnavailable(text)


def _refusal(row: CloudIdentityProvider, answer: Any) -> DirectoryUnavailable:
    why = f"status {answer.status_code}: {_reason(answer)}"
    wait = answer.headers.get("Retry-After", "")
    if wait.isascii() and wait.isdigit():
        return _rest(row, float(wait[:9]), why)
    if answer.status_code == 429 or wait:  # a date, which clocks that differ would misread
        return _rest(row, THROTTLED_FOR, why)
    kind = Refused if answer.status_code == 401 else DirectoryUnavailable
    return kind(f"{row.name}: {why}")


def _reason(answer: Any) -> str:
    """Of an error of OAuth (RFC 6749, 5.2), of Graph or of Google, which differ in shape."""
    try:
        document = answer.json()
    except ValueError:
        return "no JSON"
    error = document.get("error") if isinstance(document, dict) else None
    if isinstance(error, dict):
        words = [error.get("code"), error.get("message")]
    else:
        words = [error, document.get("error_description")] if error else []
    text = " ".join(str(word) for word in words if word)
    return " ".join(text.split())[:LONGEST_REASON] or "no reason given"


def _object(row: CloudIdentityProvider, answer: Any) -> dict[str, Any]:
    try:
        document = answer.json()
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise DirectoryUnavailable(f"{row.name}: its answer is no JSON object")
    return document
