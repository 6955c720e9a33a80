"""A person at a SAML identity provider: fills in its forms until one posts home, as a browser would."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from django.contrib.sites.models import Site
from django.http import HttpResponse
from django.utils import timezone

from enrollment.actions.saml_providers import prepare
from enrollment.models import SamlIdentityProvider
from enrollment.signin.saml.metadata import read_metadata
from tests.identity.at_provider import press
from tests.live import TestAuthority
from tests.phone.forms import Form, read_forms
from tests.phone.html_tree import parse
from tests.servers.saml import PEOPLE, IdentityProvider, saml
from tests.visitor import Visitor

MAX_PAGES = 12
HOME = "https://alpha.test"


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory, tls: TestAuthority) -> Iterator[IdentityProvider]:
    with saml(tmp_path_factory.mktemp("saml"), tls) as provider:
        yield provider


@pytest.fixture(autouse=True)
def as_usual(running: IdentityProvider) -> Iterator[None]:
    """No story finds it answering as another wanted."""
    running.wants()
    yield


@pytest.fixture
def row(alpha: Site, running: IdentityProvider) -> SamlIdentityProvider:
    return connect(alpha, running)


@pytest.fixture
def at_provider(tls: TestAuthority) -> "AtSamlProvider":
    return AtSamlProvider(tls)


@dataclass(frozen=True)
class Answer:
    """The form that posts home: its path and fields."""

    path: str
    fields: dict[str, str]


def connect(site: Site, running: IdentityProvider, **columns: object) -> SamlIdentityProvider:
    """The row, known at the provider."""
    now = timezone.now()
    read = read_metadata(running.metadata(), now=now)
    defaults: dict[str, Any] = {
        "name": "Northwind Account",
        "entity_id": read.entity_id,
        "metadata_xml": read.xml,
        "room_attribute": "roomNumber",
        "department_attribute": "department",
    }
    row = SamlIdentityProvider.objects.create(site=site, **(defaults | columns))
    prepare(row, now=now)
    register(row, running, site)
    return row


def register(
    row: SamlIdentityProvider, running: IdentityProvider, site: Site, *, wants_signed: bool = True
) -> None:
    """What an administrator does at the provider: read our metadata, from the address where it is published.

    ``wants_signed=False``: somebody who does not read that our assertions must be signed.
    """
    host = site.addresses.order_by("pk").values_list("host", flat=True)[0]
    published = Visitor(host).get(f"{row.path}metadata")
    assert published.status_code == 200, published.content
    content: bytes = published.content
    if not wants_signed:
        assert b'WantAssertionsSigned="true"' in content
        content = content.replace(b'WantAssertionsSigned="true"', b"")
    running.knows(f"{site.pk}-{row.pk}", content)


def register_at(row: SamlIdentityProvider, running: IdentityProvider, here: str) -> None:
    """Under an address with a port, where a browser of the tests can go."""
    answer = requests.get(f"{here}{row.path}metadata", verify=str(running.root_file), timeout=20)
    assert answer.status_code == 200, answer.text
    # The provider answers a logout at the first address that it reads.
    only = re.sub(r'Location="https://[^/]+', f'Location="{here}', answer.text)
    running.knows(f"{row.site_id}-{row.pk}", only.encode())


class AtSamlProvider:
    """Keeps the provider's cookies between log-ins, as Safari does."""

    def __init__(self, tls: TestAuthority) -> None:
        self.typed = 0  # how often the password was asked for
        self.session = requests.Session()
        self.session.verify = str(tls.root_file)
        self.session.trust_env = False

    def log_in(self, address: str, name: str = "ada", home: str = HOME) -> Answer:
        """Follows redirects and forms until one posts home."""
        typed = {"username": name, "password": str(PEOPLE[name]["password"])}
        answer = self.session.get(address, allow_redirects=False, timeout=20)
        for _page in range(MAX_PAGES):
            if leads := answer.headers.get("Location", ""):
                answer = self.session.get(urljoin(answer.url, leads), allow_redirects=False, timeout=20)
                continue
            form = _form(answer)
            data = dict(form.data(typed, form.button()))
            if form.action.startswith(f"{home}/"):
                return Answer(form.action.removeprefix(home), data)
            self.typed += form.asks("password")
            answer = self.session.post(form.action, data=data, allow_redirects=False, timeout=20)
        raise AssertionError(f"nothing leads home: {answer.text[:2000]}")

    def follow(self, address: str, home: str = HOME) -> str:
        """Redirects until one leads home, as path and query; or to a page of the provider's, then its URL."""
        for _page in range(MAX_PAGES):
            answer = self.session.get(address, allow_redirects=False, timeout=20)
            if not answer.is_redirect:
                return str(answer.url)
            address = urljoin(answer.url, answer.headers["Location"])
            if address.startswith(f"{home}/"):
                return address.removeprefix(home)
        raise AssertionError(f"nothing leads home: {address}")


def _form(answer: requests.Response) -> Form:
    forms = [each for each in read_forms(parse(answer.text), answer.url) if each.method == "POST"]
    assert forms, f"{answer.status_code} {answer.text[:3000]}"
    return forms[0]


def send(visitor: Visitor, answer: Answer) -> HttpResponse:
    """The browser posts it from the provider's page, without any of our cookies: they are Lax."""
    return Visitor(visitor.host).post(answer.path, answer.fields, origin="https://127.0.0.1")


def come_back(
    visitor: Visitor,
    at_provider: AtSamlProvider,
    row: SamlIdentityProvider,
    name: str = "ada",
    path: str = "",
) -> str:
    """Presses the button, logs in, and what came back waits for the browser; the path that fetches it."""
    address = press(visitor, f"saml-{row.pk}", path or "/enroll/")
    back = send(visitor, at_provider.log_in(address, name, f"https://{visitor.host}"))
    assert back.status_code == 303, back.content.decode()
    return str(back.headers["Location"])


def log_in(
    visitor: Visitor, at_provider: AtSamlProvider, row: SamlIdentityProvider, name: str = "ada"
) -> str:
    """The path of what follows, "" for a page that says why not."""
    fetched = visitor.get(come_back(visitor, at_provider, row, name))
    return str(fetched.headers.get("Location", ""))
