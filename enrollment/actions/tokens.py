"""Tokens: 256 random bits for whoever holds them, SHA-256 for the database."""

import base64
import hashlib
import hmac
import secrets


def new_token() -> str:
    """43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What stands in the database, 32 bytes."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def profile_token(browser_key: str, nonce: bytes) -> str:
    """The token of a profile URL: made anew for each page from the browser key, so that nobody else has to keep it."""
    return _derived(browser_key, b"profile " + nonce)


def hand_over_token(browser_key: str, nonce: bytes) -> str:
    """The token of a hand-over link, 22 URL-safe characters, 128 bits: short, because a camera reads it."""
    derived = hmac.new(browser_key.encode(), b"hand-over " + nonce, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(derived[:16]).rstrip(b"=").decode()


def successor_key(browser_key: str, enrollment_id: str) -> str:
    """The key for the enrollment after this one; the same for a double click on "Start over"."""
    return _derived(browser_key, b"after " + enrollment_id.encode())


def _derived(browser_key: str, purpose: bytes) -> str:
    return hmac.new(browser_key.encode(), purpose, hashlib.sha256).hexdigest()
