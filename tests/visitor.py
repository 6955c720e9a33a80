"""A person's browser on Django's test client, and phones without a network: for rules that are about HTTP itself."""

import gzip
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.http import HttpResponse, HttpResponseBase
from django.test import Client
from pytest_django.fixtures import Settings

from enrollment.actions.tokens import digest, profile_token
from enrollment.models import Enrollment, IssuedProfile
from tests import people
from tests.iphone import IPhone
from tests.phone.answers import Answers, reply_to
from tests.phone.journey import MAX_PAGES
from tests.phone.network import Network, Request, Response
from tests.phone.page import Page, read_page
from tests.phone.safari import USER_AGENTS

KEY = "__Host-gatehouse-key"


class QuickHasher(PBKDF2PasswordHasher):
    """One round instead of a quarter of a second; stories about hashing don't use it."""

    iterations = 1


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> Iterator[None]:
    """Passwords of people made from now on cost nothing to check."""
    settings.PASSWORD_HASHERS = ["tests.visitor.QuickHasher"]
    people._password_hash.cache_clear()
    yield
    people._password_hash.cache_clear()


class Visitor:
    """Safari on an iPhone, one request at a time: follows no redirect, keeps cookies, sends every form's token."""

    def __init__(self, host: str = "alpha.test", *, language: str = "en", agent: str = "iPhone") -> None:
        self.host = host
        self.client = Client()
        self.headers = {"Accept-Language": language, "User-Agent": USER_AGENTS.get(agent, agent)}

    def ask(
        self, method: str, path: str, *, host: str = "", data: object = None, **headers: str
    ) -> HttpResponse:
        """``headers`` in Python's spelling: sec_purpose="prefetch"."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        send = getattr(self.client, method.lower())
        answer: HttpResponse = send(
            path, data or {}, secure=True, headers=self.headers | {"Host": host or self.host} | named
        )
        return answer

    def get(self, path: str, **more: str) -> HttpResponse:
        return self.ask("GET", path, **more)

    def post(self, path: str, data: Mapping[str, str] | None = None, **more: str) -> HttpResponse:
        return self.ask("POST", path, data=dict(data or {}), **more)

    def see(self, path: str, **more: str) -> Page:
        """The page at the end of the redirects."""
        answer = self.get(path, **more)
        while answer.status_code in (301, 302, 303):
            path = urljoin(path, answer.headers["Location"])
            answer = self.get(path, **more)
        return as_page(answer, path)

    def start(self, token: str) -> Enrollment:
        """Starts an invitation and gives the row."""
        self.get(f"/i/{token}")
        assert self.post(f"/i/{token}").status_code == 303
        return self.enrollment

    def log_in(
        self, username: str = "alice", password: str = people.PASSWORD, path: str = "/enroll/"
    ) -> HttpResponse:
        """At the portal, or at the Log in screen of an enrollment."""
        self.get(path)
        return self.post(path, {"username": username, "password": password})

    def hand_over(self) -> str:
        """Asks for a link to go on elsewhere; its path."""
        self.post(f"{self.own}/hand-over")
        made = re.search(
            r'value="https://[^/"]+(/h/[\w-]+)"', self.get(f"{self.own}/hand-over").content.decode()
        )
        assert made is not None
        return made[1]

    def take(self, path: str) -> HttpResponse:
        """Opens such a link and goes on here."""
        self.get(path)
        return self.post(path)

    def log_in_to_admin(self, username: str) -> None:
        """With a session, as staff do."""
        answer = self.post("/accounts/login/", {"login": username, "password": people.PASSWORD})
        assert answer.status_code == 302, answer.content

    def go_on(self, answers: Answers | None = None) -> Enrollment:
        """Answers whatever page is asked until a profile is issued."""
        before = self.enrollment.profiles.count()
        self._answer_until(lambda page: self.enrollment.profiles.count() > before, answers or {})
        assert self.enrollment.profiles.count() > before, (
            f"no profile was issued: {self.see(f'{self.own}/').describe()}"
        )
        return self.enrollment

    def reach(self, slug: str, answers: Answers | None = None) -> str:
        """Answers whatever page is asked until the screen of that name is; its path."""
        path = f"{self.own}/{slug}/"
        self._answer_until(lambda page: page.path == path, answers or {})
        page = self.see(f"{self.own}/")
        assert page.path == path, f"{slug} was not reached: {page.describe()}"
        return path

    def _answer_until(self, there: Callable[[Page], bool], answers: Answers) -> None:
        for _ in range(MAX_PAGES):
            page = self.see(f"{self.own}/")
            if there(page) or page.status >= 400 or not page.main_forms:
                return
            self.answer(page, answers)

    def answer(self, page: Page, answers: Answers) -> None:
        """What that one page asks."""
        reply = reply_to(page, answers)
        target = (reply.button and reply.button.action) or reply.form.action
        self.post(urlsplit(target).path, dict(reply.form.data(reply.values, reply.button)))

    @property
    def key(self) -> str:
        return self.client.cookies[KEY].value

    @property
    def enrollment(self) -> Enrollment:
        """The row of this browser's key."""
        return Enrollment.objects.get(key_sha256=digest(self.key))

    def key_url(self, profile: IssuedProfile) -> str:
        """The path of a profile that was issued to this browser."""
        return f"/p/{profile_token(self.key, bytes(profile.token_nonce))}.mobileconfig"

    @property
    def own(self) -> str:
        """The enrollment's URL, without a slash at its end."""
        return f"/enroll/{self.enrollment.public_id}"

    @property
    def profile_url(self) -> str:
        """The path that the page at Install in Settings offers."""
        url = self.see(f"{self.own}/install/").profile_url
        assert url is not None
        return urlsplit(url).path


def as_page(answer: HttpResponseBase, path: str = "/", host: str = "alpha.test") -> Page:
    """An answer of Django's client as the phone reads a page."""
    assert isinstance(answer, HttpResponse)
    headers = tuple((name, value) for name, value in answer.items())
    return read_page(Response(f"https://{host}{path}", answer.status_code, headers, answer.content))


class NoNetwork(Network):
    """Hands every request of a phone to the application in the same thread, so that one transaction sees it all."""

    def trusting(self, roots: Sequence[bytes]) -> Network:
        return self

    def send(self, request: Request) -> Response:
        url = urlsplit(request.url)
        headers = dict(request.headers) | {"Host": url.netloc}
        answer = Client(enforce_csrf_checks=True).generic(
            request.method,
            url.path + (f"?{url.query}" if url.query else ""),
            request.body or b"",
            content_type=headers.pop("Content-Type", "application/octet-stream"),
            secure=True,
            headers=headers,
        )
        body = _unpacked(answer.content, answer.headers.get("Content-Encoding"))
        sent = [
            *answer.items(),
            *(("Set-Cookie", morsel.OutputString()) for morsel in answer.cookies.values()),
        ]
        response = Response(request.url, answer.status_code, tuple(sent), body)
        self.exchanges.append((request, response))
        return response


def _unpacked(body: bytes, encoding: str | None) -> bytes:
    return gzip.decompress(body) if encoding == "gzip" else body


def phone_without_network(**options: object) -> IPhone:
    """A simulated phone whose every request runs in this thread and this test's transaction."""
    phone = IPhone(**options)  # type: ignore[arg-type]
    network = NoNetwork()
    phone.network = phone.safari.network = phone.settings.network = phone.management.network = network
    return phone


STAGES = (
    "nobody",
    "started",
    "profile-issued",
    "profile-fetched",
    "certificate-issued",
    "authenticated",
    "enrolled",
    "failed",
)


def person_at(stage: str, token: str, **options: object) -> tuple[Visitor, IPhone]:
    """Somebody with an invitation, as far as the stage says, and the phone they hold."""
    visitor, phone = Visitor(), phone_without_network(**options)
    for step in steps(visitor, phone, token)[: STAGES.index("authenticated" if stage == "failed" else stage)]:
        step()
    if stage == "failed":
        phone.check_out()
    return visitor, phone


def steps(visitor: Visitor, phone: IPhone, token: str) -> tuple[Callable[[], object], ...]:
    """What leads from each of the stages to the next, up to "enrolled"."""
    return (
        lambda: visitor.start(token),
        visitor.go_on,
        lambda: fetch_profile(visitor, phone),
        lambda: (phone.install(), phone.obtain_certificate()),
        phone.authenticate,
        phone.token_update,
    )


def fetch_profile(visitor: Visitor, phone: IPhone) -> bytes:
    """The phone's Settings fetch the profile the page offers; its bytes."""
    answer = phone.settings.fetch(f"https://{visitor.host}{visitor.profile_url}")
    phone.settings.receive(answer)
    return answer.body
