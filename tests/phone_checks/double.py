"""A double of an HTTP server: answers from a table of routes that a test may change, and remembers what was
asked."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: Message
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True)
class Reply:
    body: bytes = b""
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


Route = Callable[[Asked], Reply]


@dataclass
class Double:
    """`routes`: "GET /path" to what answers; `asked`: every request in order; `url` without a slash at the
    end."""

    url: str = ""
    routes: dict[str, Route] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def answer(self, request: Asked) -> Reply:
        self.asked.append(request)
        route = self.routes.get(f"{request.method} {request.path}")
        return route(request) if route else Reply(b"<h1>Not found</h1>", status=404)

    def asked_for(self, route: str) -> list[Asked]:
        return [request for request in self.asked if f"{request.method} {request.path}" == route]


def see_other(location: str, *headers: tuple[str, str]) -> Reply:
    return Reply(status=303, headers=(("Location", location), *headers))


def page(h1: str, main: str = "", head: str = "") -> Reply:
    markup = f'<!doctype html><html lang="en" dir="ltr"><head><title>{h1}</title>{head}</head>'
    return Reply(f"{markup}<body><main><h1>{h1}</h1>{main}</main></body></html>".encode())


def _handler(double: Double) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            query = dict(parse_qsl(parts.query))
            self._send(double.answer(Asked(self.command, parts.path, query, self.headers, body)))

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in (*reply.headers, ("Content-Type", reply.media_type)):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_PUT = _serve  # the names http.server asks for

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing on standard error."""

    return Handler


@contextmanager
def serving(double: Double, tls: tuple[Path, Path] | None = None) -> Iterator[Double]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(double))
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    double.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
