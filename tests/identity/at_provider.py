"""A person at an identity provider: a browser of their own that fills in the provider's forms."""

import html
import re
from urllib.parse import urljoin, urlsplit

import requests

from tests.live import TestAuthority
from tests.visitor import Visitor

MAX_PAGES = 12


class AtProvider:
    """Keeps the provider's cookies between log-ins, as Safari does."""

    def __init__(self, tls: TestAuthority) -> None:
        self.session = requests.Session()
        self.session.verify = str(tls.root_file)
        self.session.trust_env = False
        self.pages: list[str] = []

    def log_in(self, address: str, answers: dict[str, str], home: str = "https://alpha.test") -> str:
        """Follows redirects and forms until something leads home; where it leads, as path and query."""
        answer = self.session.get(address, allow_redirects=False, timeout=20)
        for _page in range(MAX_PAGES):
            leads = answer.headers.get("Location", "")
            if leads.startswith(home):
                parts = urlsplit(leads)
                return f"{parts.path}?{parts.query}"
            if leads:
                answer = self.session.get(urljoin(answer.url, leads), allow_redirects=False, timeout=20)
                continue
            self.pages.append(answer.text)
            answer = self._submitted(answer, answers)
        raise AssertionError(f"nothing leads home: {self.pages[-1][:2000]}")

    def _submitted(self, answer: requests.Response, answers: dict[str, str]) -> requests.Response:
        form = re.search(r'<form method="post" action="([^"]+)"', answer.text)
        assert form is not None, f"{answer.status_code} {answer.text[:2000]}"
        url = urljoin(answer.url, html.unescape(form[1]))
        return self.session.post(url, data=answers, allow_redirects=False, timeout=20)


def address_of(page: str) -> str:
    """Where the page on the way to a provider leads by itself."""
    found = re.search(r'content="0;url=([^"]+)"', page)
    assert found is not None, page
    return html.unescape(found[1])


def press(visitor: Visitor, key: str, path: str = "/enroll/") -> str:
    """Presses the button of a provider on the log-in page; the address it leads to."""
    visitor.get(path)
    answer = visitor.post(path, {"provider": key})
    assert answer.status_code == 200, answer.content.decode()
    return address_of(answer.content.decode())
