"""The request as our middleware leaves it, and what it may send."""

from typing import TYPE_CHECKING

from django.http import HttpRequest

from sites_config.site_settings import SiteSettings
from sites_config.user_agents import browser_name

if TYPE_CHECKING:
    from sites_config.models import User


class SiteRequest(HttpRequest):
    """``site``: of the host. ``language``: the person's, among the site's; ``device_language``: of iOS's own words, ""
    when unknown. ``reference``: this request's code."""

    site: SiteSettings  # type: ignore[assignment]  # Django types it for its own CurrentSiteMiddleware
    language: str
    device_language: str
    reference: str
    user: "User"


def browser_of(request: HttpRequest) -> str:
    """What it is called, “Safari 18.6 on iPhone”."""
    return browser_name(request.headers.get("User-Agent", ""))


def sent_id(text: str) -> int | None:
    """The id of a row that a form, an address or a file names; None for what can't be one in any database."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
