"""A double of a service in the cloud, on real TLS: keeps what it was asked, and fails as a story says."""

import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.live import TestAuthority


@dataclass(frozen=True)
class Asked:
    """``path``: its segments, unquoted; a value that is given twice is no request of ours."""

    method: str
    path: tuple[str, ...]
    query: dict[str, str]
    headers: dict[str, str]
    form: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """``body``: an object as JSON, or bytes as they are."""

    status: int
    body: object
    headers: dict[str, str] = field(default_factory=dict)


NOT_FOUND = Answer(404, {"error": {"code": "Request_ResourceNotFound", "message": "No such thing."}})


class Double:
    """``fails``: by the first segment that is in it, an answer instead of the right one."""

    def __init__(self, tls: TestAuthority) -> None:
        self.asked: list[Asked] = []
        self.fails: dict[str, Answer] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.answered))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.certificate_file, tls.key_file)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.host = f"127.0.0.1:{self._server.server_address[1]}"
        self.base = f"https://{self.host}"
        run = {"poll_interval": 0.05}
        threading.Thread(target=self._server.serve_forever, kwargs=run, daemon=True).start()

    def answered(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        failing = next((self.fails[each] for each in asked.path if each in self.fails), None)
        return failing or self.answer(asked)

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError

    def count(self, segment: str) -> int:
        return sum(segment in asked.path for asked in self.asked)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(answered: Callable[[Asked], Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            path = tuple(unquote(each) for each in parts.path.strip("/").split("/"))
            answer = answered(
                Asked(self.command, path, _once(parts.query), dict(self.headers.items()), _once(body))
            )
            self._send(answer)

        do_POST = do_GET

        def _send(self, answer: Answer) -> None:
            raw = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in ({"Content-Length": str(len(raw))} | answer.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                return  # who asked went away

        def log_message(self, *_words: Any) -> None:
            """Silent."""

    return Handler


def _once(text: str) -> dict[str, str]:
    found = parse_qs(text, keep_blank_values=True, strict_parsing=bool(text))
    assert all(len(values) == 1 for values in found.values()), text
    return {name: values[0] for name, values in found.items()}
