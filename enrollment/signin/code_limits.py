"""How many access codes may be tried: more with each wrong one to wait, and never for long.

Right codes count for nothing. A school behind one address shares its waits; whoever comes from another address doesn't.
"""

import ipaddress
import logging
import math
from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.core.cache import cache

from sites_config.http import SiteRequest

# Wrong codes of one address without a wait; then it doubles with each, from the first to the longest.
FREE, FIRST_WAIT, LONGEST_WAIT = 10, 5, 60  # codes, seconds, seconds
REMEMBERED = 600  # seconds after the last wrong code
WINDOW = 60  # seconds of the limits in settings.ACCOUNT_RATE_LIMITS
_ANYWHERE = "everybody"
log = logging.getLogger("gatehouse.codes")


class Wait(Exception):
    """No code is looked at for so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"{seconds} s")
        self.seconds = seconds


def check_may_try(request: SiteRequest, *, now: datetime) -> None:
    """Before a code is looked up. Raises Wait."""
    until: datetime | None = cache.get(_key("wait", request))
    if until is not None and until > now:
        raise Wait(math.ceil((until - now).total_seconds()))
    if not _consume(request, dry_run=True):
        raise Wait(WINDOW)


def count_wrong(request: SiteRequest, *, now: datetime) -> None:
    """After one that was not right."""
    _consume(request)
    name = _key("wrong", request)
    wrong = cache.get(name, 0) + 1
    cache.set(name, wrong, REMEMBERED)
    if wrong == FREE:
        log.warning("one address entered %s wrong access codes at site %s", wrong, request.site.site_id)
    if wrong >= FREE:
        seconds = min(FIRST_WAIT * 2 ** min(wrong - FREE, 10), LONGEST_WAIT)
        cache.set(_key("wait", request), now + timedelta(seconds=seconds), seconds)


def _consume(request: SiteRequest, *, dry_run: bool = False) -> bool:
    """Of this address and this site; of everybody everywhere."""
    here = ratelimit.consume(request, action="access_code", key=str(request.site.site_id), dry_run=dry_run)
    everywhere = ratelimit.consume(request, action="access_code_anywhere", key=_ANYWHERE, dry_run=dry_run)
    return bool(here and everywhere)


def _key(kind: str, request: SiteRequest) -> str:
    return f"access-code-{kind}:{_client(request)}"


def _client(request: SiteRequest) -> str:
    """The address; of IPv6 the half that is a network's, because the other half is free to choose."""
    text: str = get_adapter(request).get_client_ip(request)
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if address.version == 4:
        return text
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)
