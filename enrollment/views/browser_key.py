"""The browser key: a random cookie that alone opens this browser's enrollment."""

import hmac

from django.conf import settings
from django.http import HttpResponse

from enrollment.actions.profiles import IN_ALL
from enrollment.actions.tokens import digest, new_token, successor_key
from enrollment.models import Enrollment
from sites_config.http import SiteRequest

MAX_LENGTH = 100


def sent_key(request: SiteRequest) -> str:
    """The key this browser sent, "" when it sent none."""
    key = request.COOKIES.get(settings.BROWSER_KEY_COOKIE, "")
    return key if len(key) <= MAX_LENGTH else ""


def key_of(request: SiteRequest) -> str:
    """The key this browser sent, or a new one to give it."""
    return sent_key(request) or new_token()


def key_after(key: str, enrollment: Enrollment) -> str:
    """The key for the enrollment that follows this one in the same browser."""
    return successor_key(key, enrollment.public_id)


def opens(key: str, enrollment: Enrollment) -> bool:
    """Whether the key is this enrollment's."""
    return bool(key) and hmac.compare_digest(digest(key), bytes(enrollment.key_sha256))


def give_key(request: SiteRequest, response: HttpResponse, key: str) -> HttpResponse:
    """Sets the cookie unless the browser has it already."""
    if request.COOKIES.get(settings.BROWSER_KEY_COOKIE) != key:
        response.set_cookie(
            settings.BROWSER_KEY_COOKIE,
            key,
            max_age=int(IN_ALL.total_seconds()) * 2,
            path="/",
            secure=settings.SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
