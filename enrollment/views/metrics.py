"""/metrics, for Prometheus."""

import ipaddress

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from enrollment.actions.metrics import gauges
from sites_config.prometheus import CONTENT_TYPE, exposition

# One of them is set by every proxy: what comes from this machine with it came from elsewhere before.
PROXIED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


def metrics(request: HttpRequest) -> HttpResponse | None:
    """None for whoever may not read it: to them there is no such page."""
    if not _may_read(request):
        return None
    try:
        return HttpResponse(exposition(gauges(now=timezone.now())), content_type=CONTENT_TYPE)
    except Error:
        return HttpResponse("database", content_type="text/plain", status=503)


def _may_read(request: HttpRequest) -> bool:
    """With the token where there is one; without, only from this machine and past no proxy."""
    if settings.METRICS_TOKEN:
        scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and constant_time_compare(sent.strip(), settings.METRICS_TOKEN)
    return _is_loopback(request.META.get("REMOTE_ADDR", "")) and not any(
        name in request.headers for name in PROXIED
    )


def _is_loopback(text: str) -> bool:
    """False for the blank that a Unix socket gives: nobody knows who is behind it."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)  # ::ffff:127.0.0.1, where a socket takes both kinds
    return (mapped or address).is_loopback
