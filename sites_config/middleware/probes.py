"""Answers probes before anything asks for the host: a load balancer calls by address, which is no site's."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import ResolverMatch
from django.utils.module_loading import import_string

# Views by name, like every view here. One that answers None has nothing to say to this client: then the request goes
# on its way, to the page that every unknown path gets.
PROBES = {
    "/healthz": "sites_config.probes.healthz",
    "/readyz": "sites_config.probes.readyz",
    "/metrics": "enrollment.views.metrics.metrics",
}


class ProbeMiddleware:
    """Stands inside the request middleware, so that the answers have its headers and its line in the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = PROBES.get(request.path_info)
        return (_answer(request, name) if name else None) or self.get_response(request)


def _answer(request: HttpRequest, name: str) -> HttpResponse | None:
    view: Callable[[HttpRequest], HttpResponse | None] = import_string(name)
    answer = view(request)
    if answer is None:
        return None
    answer.headers["Content-Length"] = str(len(answer.content))
    request.resolver_match = ResolverMatch(view, (), {}, url_name=request.path_info.removeprefix("/"))
    return answer if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["GET", "HEAD"])
