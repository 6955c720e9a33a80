"""Another program, on real TLS: verifies by the very code that docs/webhooks.md shows."""

import re
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.live import TestAuthority

DOCUMENT = Path(__file__).parent.parent.parent / "docs/webhooks.md"


def documented(language: str) -> str:
    """The one block of this language in the document."""
    (block,) = re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    return str(block)


def documented_receiver() -> Any:
    names: dict[str, Any] = {}
    exec(documented("python"), names)  # noqa: S102  # our own document
    return names["received"]


class Receiver:
    """``messages``: those whose signature is right, with their ids. ``says``: the status of the answer."""

    def __init__(self, tls: TestAuthority) -> None:
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.refused: list[str] = []
        self.says = 204
        self.secret = ""
        self._received = documented_receiver()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.take(
                    dict(self.headers.items()), self.rfile.read(int(self.headers["Content-Length"]))
                )
                self.send_response(receiver.says)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.certificate_file, tls.key_file)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self._server.server_address[1]}/hook"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def take(self, headers: dict[str, str], body: bytes) -> None:
        self.last = (headers, body)
        try:
            self.messages.append((headers["webhook-id"], self._received(headers, body, self.secret)))
        except ValueError as reason:
            self.refused.append(str(reason))

    def types(self) -> list[str]:
        return [message["type"] for _id, message in self.messages]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
