"""The outermost middleware: a reference code and an access-log line for every request, headers for every answer."""

import logging
import time
from collections.abc import Callable

from django.http import HttpResponse

from sites_config.http import SiteRequest
from sites_config.logs import serving
from sites_config.middleware.probes import PROBES
from sites_config.references import new_reference

LARGEST_BODY = 4 * 1024 * 1024 + 1024  # bytes
TOO_LARGE = (
    "This is too large: a page takes 4 MB at most. Go back and choose a smaller file. Larger CSV files are imported "
    "on the server by its operator, with manage.py.\n"
)
access_log = logging.getLogger("gatehouse.access")

HEADERS = {
    # no-referrer would make Django refuse the next POST, which checks Referer over https.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
# Django's admin and allauth's pages bring files of their own.
ADMIN_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class RequestMiddleware:
    def __init__(self, get_response: Callable[[SiteRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: SiteRequest) -> HttpResponse:
        request.reference, begun = new_reference(), time.perf_counter()
        with serving(request):
            response = _too_large(request) or self.get_response(request)
            _set_headers(request, response)
            if request.method == "HEAD" and not response.streaming:
                response.content = b""  # gunicorn drops it, with a warning each time
            _log(request, response.status_code, time.perf_counter() - begun)
        return response


def _log(request: SiteRequest, status: int, seconds: float) -> None:
    """Never the path, the query or the Referer: each may hold a capability."""
    route = _route(request)
    # A probe that found nothing wrong comes every few seconds, and nobody looks for it.
    level = logging.DEBUG if status == 200 and f"/{route}" in PROBES else logging.INFO
    measured = {"status": status, "duration_ms": round(seconds * 1000, 1)}
    access_log.log(level, "%s %s %s", route, status, request.reference, extra=measured)


def _too_large(request: SiteRequest) -> HttpResponse | None:
    """413 before anything is read: files that the admin takes, and the largest message of a device, are smaller."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isascii() and length.isdigit() and len(length) < 10 and int(length) <= LARGEST_BODY:
        return None
    return HttpResponse(TOO_LARGE, content_type="text/plain; charset=utf-8", status=413)


def _set_headers(request: SiteRequest, response: HttpResponse) -> None:
    if _route(request).startswith(("admin:", "account_", "mfa_")):
        response.headers.setdefault("Content-Security-Policy", ADMIN_POLICY)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def _route(request: SiteRequest) -> str:
    match = request.resolver_match
    return match.view_name if match else "-"
