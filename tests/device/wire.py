"""The phone's network without sockets: every request goes through Django's whole stack in this process."""

from collections.abc import Mapping, Sequence
from urllib.parse import SplitResult

from django.http import HttpResponseBase
from django.test import Client

from tests.phone.network import Network, Request, Response

HOST = "alpha.test"


class Wire(Network):
    """An error that no view catches fails the test instead of becoming a 500."""

    def __init__(self) -> None:
        super().__init__()
        self.client = Client(enforce_csrf_checks=True)

    def trusting(self, roots: Sequence[bytes]) -> Network:
        return self

    def _exchange(self, request: Request, url: SplitResult) -> Response:
        target = url.path + (f"?{url.query}" if url.query else "")
        answer = self.ask(request.method, target, request.body or b"", request.headers, host=url.netloc)
        return Response(request.url, answer.status_code, tuple(answer.items()), _content(answer))

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        host: str = HOST,
    ) -> HttpResponseBase:
        """Any request at all, over https."""
        sent = {"Host": host, **(headers or {})}
        content_type = sent.pop("Content-Type", "application/octet-stream")
        answer: HttpResponseBase = self.client.generic(
            method, path, body, content_type, secure=True, headers=sent
        )
        return answer


def _content(answer: HttpResponseBase) -> bytes:
    return bytes(getattr(answer, "content", b""))
