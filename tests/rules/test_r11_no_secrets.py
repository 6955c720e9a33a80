"""R11: after whole journeys nothing that opens anything stands in clear where somebody may read it."""

import base64
import logging
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sites.models import Site
from django.core import mail
from django.db import connection

from enrollment.models import Authority, PushCertificate, SigningIdentity
from sites_config.models import User
from sites_config.secrets import decrypt
from tests import people
from tests.rules.tables import dump
from tests.visitor import KEY, NoNetwork, Visitor, as_page, fetch_profile, phone_without_network

ACCESS_LINE = re.compile(r"[A-Za-z0-9_:.\-]+ \d{3} [2-9A-HJ-NP-Z]{8}")
WRONG = "a-password-mistyped-by-one-key"


@dataclass
class Story:
    """What happened, and every secret that was in somebody's hands meanwhile."""

    secrets: dict[str, bytes] = field(default_factory=dict)
    captured: str = ""
    access: list[str] = field(default_factory=list)
    paths: set[str] = field(default_factory=set)


@pytest.fixture
def story(
    alpha: Site, alice: User, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Story:
    """Two journeys to the end (invitation and portal), and what goes wrong on the way of others."""
    told = Story()
    with caplog.at_level(logging.DEBUG):
        _enroll_by_invitation(told, alpha)
        _enroll_by_portal(told)
        _go_astray(told)
    for row in (Authority.objects.get(), SigningIdentity.objects.get(), PushCertificate.objects.get()):
        told.secrets[f"key of {type(row).__name__}"] = decrypt(row.key_encrypted)
    told.secrets["field key"] = Path(settings.FIELD_KEY_FILE).read_bytes().strip()
    told.secrets["secret key"] = settings.SECRET_KEY.encode()
    out, err = capfd.readouterr()
    told.captured = "\n".join([caplog.text, out, err])
    told.access = [record.getMessage() for record in caplog.records if record.name == "gatehouse.access"]
    return told


def _enroll_by_invitation(story: Story, site: Site) -> None:
    _row, token = people.invite(site)
    visitor, phone = Visitor(), phone_without_network()
    visitor.start(token)
    visitor.go_on()
    story.secrets |= {"invitation": token.encode(), "browser key": visitor.key.encode()}
    story.secrets["profile token"] = (
        visitor.profile_url.removeprefix("/p/").removesuffix(".mobileconfig").encode()
    )
    fetch_profile(visitor, phone)
    phone.management.run()
    visitor.see(visitor.own + "/")
    profile = phone.management.profile
    assert profile is not None
    story.secrets["challenge"] = profile.identity_payload["PayloadContent"]["Challenge"].encode()
    story.secrets |= {
        "push token": phone.hardware.push_token,
        "PushMagic": phone.hardware.push_magic.encode(),
        "UnlockToken": phone.hardware.unlock_token,
    }
    _remember_paths(story, phone.network)


def _enroll_by_portal(story: Story) -> None:
    phone = phone_without_network(family="iPad")
    phone.enroll("https://alpha.test/enroll/", {"username": "alice", "password": people.PASSWORD})
    story.secrets |= {
        "password": people.PASSWORD.encode(),
        "second browser key": (phone.safari.cookies.value(KEY) or "").encode(),
    }
    _remember_paths(story, phone.network)


def _remember_paths(story: Story, network: object) -> None:
    assert isinstance(network, NoNetwork)
    paths = {request.url.removeprefix("https://alpha.test") for request, _response in network.exchanges}
    story.paths |= {path for path in paths if len(path) > 12}


def _go_astray(story: Story) -> None:
    """Wrong password, unknown links, a fault in the middle, garbage at the device's URLs."""
    visitor = Visitor()
    visitor.log_in("alice", WRONG)
    visitor.post("/accounts/login/", {"login": "alice", "password": WRONG})
    story.secrets |= {"wrong password": WRONG.encode(), "third browser key": visitor.key.encode()}
    unknown = "unknown-invitation-token-of-somebody"
    for path in (
        f"/i/{unknown}",
        f"/p/{unknown}.mobileconfig",
        f"/enroll/{unknown}/",
        f"/{unknown}?x={unknown}",
    ):
        visitor.get(path, referer=f"https://alpha.test/i/{unknown}")
    for path in ("/mdm/check-in", "/mdm/connect"):
        visitor.client.put(
            path, b"garbage", secure=True, headers={"Host": "alpha.test", "Mdm-Signature": unknown}
        )
    story.secrets["unknown token"] = unknown.encode()


def _forms_of(secret: bytes) -> Iterator[bytes]:
    """As it is, in hexadecimal, and in base64 of both alphabets at every alignment."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    for before in range(3):
        standard = base64.b64encode(b"\0" * before + secret)
        inner = standard[4 * bool(before) : -4].rstrip(b"=")
        yield inner
        yield inner.replace(b"+", b"-").replace(b"/", b"_")


def _bytes_of(path: Path) -> bytes:
    """Read by another process: to close a file here would drop the locks that SQLite holds on it in this one (POSIX),
    and another process could take away the log under an open database."""
    return subprocess.run(["cat", str(path)], capture_output=True, check=True).stdout


def _found(story: Story, text: bytes) -> list[str]:
    return [name for name, secret in story.secrets.items() if any(form in text for form in _forms_of(secret))]


@pytest.mark.django_db
def test_r11_no_table_holds_a_secret_in_clear(story: Story) -> None:
    cells = [cell for rows in dump().values() for row in rows for cell in row]
    text = b"\n".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in cells)

    assert len(text) > 20_000
    assert _found(story, text) == []


@pytest.mark.django_db
def test_r11_no_log_line_holds_a_secret(story: Story) -> None:
    assert "gatehouse.access" in story.captured
    assert _found(story, story.captured.encode()) == []


@pytest.mark.django_db
def test_r11_no_log_line_holds_a_path_a_query_or_a_referer(story: Story) -> None:
    assert len(story.paths) > 10
    assert [path for path in story.paths if path in story.captured] == []
    assert "alpha.test/" not in story.captured


@pytest.mark.django_db
def test_r11_the_access_log_says_route_status_and_request_id(story: Story) -> None:
    assert len(story.access) > 40
    assert [line for line in story.access if not ACCESS_LINE.fullmatch(line)] == []
    assert {"invitation", "screen", "profile", "scep", "mdm-check-in", "status"} <= {
        line.split()[0] for line in story.access
    }


@pytest.mark.django_db
def test_r11_no_mail_holds_a_secret(story: Story) -> None:
    sent = b"\n".join(message.message().as_bytes() for message in mail.outbox)
    assert _found(story, sent) == []


@pytest.mark.django_db(transaction=True)
def test_r11_no_file_below_var_holds_a_secret(story: Story) -> None:
    """Committed this time: the database's own file, its write-ahead log, and whatever else was left there."""
    named = Path(str(connection.settings_dict["NAME"]))
    files = [
        path for path in settings.VAR_DIR.rglob("*") if path.is_file() and path != settings.FIELD_KEY_FILE
    ]
    files += [path for path in named.parent.glob(f"{named.name}*") if path.is_file() and path not in files]

    leaks = {str(path): _found(story, _bytes_of(path)) for path in files}

    if connection.vendor == "sqlite":
        assert named in files
    assert {path: names for path, names in leaks.items() if names} == {}


def test_r11_this_search_finds_what_is_there() -> None:
    """The search itself, so that an empty answer means something."""
    secret = bytes(range(7, 39))
    story = Story({"it": secret})
    for before in (b"", b"x", b"xy"):
        for hidden in (
            secret,
            secret.hex().encode(),
            base64.b64encode(before + secret + b"z"),
            base64.urlsafe_b64encode(before + secret),
        ):
            assert _found(story, b"before " + hidden + b" after") == ["it"]


@pytest.mark.django_db
def test_r11_a_fault_of_ours_is_logged_without_the_path(
    alpha: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*_request: object, **_more: object) -> None:
        raise RuntimeError("the fault")

    monkeypatch.setattr("enrollment.views.welcome._opened", fall)
    visitor = Visitor()
    visitor.client.raise_request_exception = False

    page = as_page(visitor.get("/i/a-token-in-the-path", referer="https://alpha.test/i/a-token-in-the-path"))

    assert page.status == 500
    assert "unhandled RuntimeError" in caplog.text
    assert page.reference.replace("-", "") in caplog.text
    assert "a-token-in-the-path" not in caplog.text
