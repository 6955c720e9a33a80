"""Second factors of staff at the administration: an authenticator app and recovery codes."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.contrib.sites.models import Site
from django.test import Client

from sites_config.models import LoggedChange, User
from tests import people
from tests.admin.test_accounts import LOGIN, RIGHT, browser, post
from tests.authenticator_app import WRONG, Counter, counter, give_app, give_codes
from tests.rules.tables import changed, dump

__all__ = ["counter"]
OVERVIEW = "/accounts/second-factor/"
APP, CODE, CODES = f"{OVERVIEW}app/", f"{OVERVIEW}code/", f"{OVERVIEW}codes/"

PAGES = (
    "",
    "code/",
    "confirm/",
    "app/",
    "app/remove/",
    "codes/",
    "codes/new/",
    "passkey/",
    "passkey/confirm/",
)


def log_in(host: str = "alpha.test") -> Client:
    """Anna, with her password."""
    client = browser(host)
    answer = post(client, LOGIN, RIGHT)
    assert answer.status_code == 302
    return client


def confirmed() -> Client:
    """Anna, who entered her password once more."""
    client = log_in()
    answer = post(
        client, f"/accounts/confirm/?next={OVERVIEW}", {"password": people.PASSWORD, "next": OVERVIEW}
    )
    assert (answer.status_code, answer.url) == (302, OVERVIEW)
    return client


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, page
    return found[1]


def begin(client: Client) -> tuple[str, dict[str, str]]:
    """(secret that the page shows, what its form carries)."""
    page = post(client, APP, {}).content.decode()
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert secret and "data:image/svg+xml;base64," in page
    return secret[1], {
        "sealed": hidden(page, "sealed"),
        "csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken"),
    }


def set_up(client: Client, counter: Counter) -> str:
    secret, carried = begin(client)
    answer: Any = client.post(APP, carried | {"code": counter.code(secret)})
    assert (answer.status_code, answer.url) == (302, CODES)
    return secret


def _dumped() -> str:
    return repr(dump()) + repr([row.get_decoded() for row in Session.objects.all()])


def test_an_app_is_set_up_after_the_password_once_more(anna: User, counter: Counter) -> None:
    assert log_in().get(APP).url.startswith("/accounts/confirm/?next=")  # type: ignore[attr-defined]

    client = confirmed()
    secret = set_up(client, counter)

    assert set(Authenticator.objects.filter(user=anna).values_list("type", flat=True)) == {
        "totp",
        "recovery_codes",
    }
    codes = re.findall(r"<code>(\d{8})</code>", client.get(CODES).content.decode())
    assert len(codes) == 10
    dumped = _dumped()
    assert secret not in dumped and not [code for code in codes if code in dumped]


def test_r11_a_secret_that_is_only_shown_stands_nowhere(anna: User) -> None:
    client = confirmed()

    secret, _carried = begin(client)

    assert secret not in _dumped()


def test_r04_looking_at_the_pages_changes_nothing(anna: User, counter: Counter) -> None:
    client = confirmed()
    set_up(client, counter)
    waiting = log_in()
    before = _dumped()

    for path in (
        "",
        "code/",
        "confirm/",
        "app/",
        "app/remove/",
        "codes/",
        "codes/new/",
        "passkey/",
        "passkey/confirm/",
    ):
        for each in (client, waiting):
            assert each.get(f"{OVERVIEW}{path}").status_code in (200, 302), path
    assert client.get("/accounts/confirm/").status_code == 200

    assert _dumped() == before


def test_the_key_of_another_account_is_not_taken(anna: User, alice: User, counter: Counter) -> None:
    client = confirmed()
    _secret, carried = begin(client)
    other = browser()
    post(other, LOGIN, RIGHT | {"login": "alice"})
    post(other, "/accounts/confirm/", {"password": people.PASSWORD, "next": OVERVIEW})
    secret, theirs = begin(other)

    client.post(APP, carried | {"sealed": theirs["sealed"], "code": counter.code(secret)})

    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("host", ["alpha.test", "localhost"])
def test_the_admin_stays_closed_until_the_code(anna: User, counter: Counter, host: str) -> None:
    give_app(anna)
    client = browser(host)
    answer = post(client, LOGIN, RIGHT | {"next": "/admin/enrollment/device/"})

    assert (answer.status_code, answer.url) == (302, CODE)
    assert client.get("/admin/").status_code == 302
    assert client.get("/accounts/password/change/").status_code == 302
    page = client.get(CODE).content.decode()
    assert re.search(r'<input id="code"[^>]*inputmode="numeric"[^>]*autocomplete="one-time-code"', page)

    wrong = post(client, CODE, {"code": WRONG})
    assert wrong.status_code == 200 and "Incorrect code." in wrong.content.decode()
    assert client.get("/admin/").status_code == 302
    right = post(client, CODE, {"code": counter.code()})
    assert (right.status_code, right.url) == (302, "/admin/enrollment/device/")
    assert client.get("/admin/enrollment/device/").status_code == 200


def test_the_same_code_opens_once(anna: User, counter: Counter) -> None:
    give_app(anna)
    first, second = log_in(), log_in()
    assert post(first, CODE, {"code": counter.code()}).status_code == 302

    assert "Incorrect code." in post(second, CODE, {"code": counter.code()}).content.decode()
    counter.next()
    assert post(second, CODE, {"code": counter.code()}).status_code == 302


def test_the_code_that_set_it_up_logs_nobody_in(anna: User, counter: Counter) -> None:
    secret = set_up(confirmed(), counter)

    assert "Incorrect code." in post(log_in(), CODE, {"code": counter.code(secret)}).content.decode()


def test_a_recovery_code_works_once(anna: User, counter: Counter) -> None:
    give_app(anna)
    code = give_codes(anna)[0]

    assert post(log_in(), CODE, {"code": code}).status_code == 302
    assert "Incorrect code." in post(log_in(), CODE, {"code": code}).content.decode()


def test_r25_five_wrong_codes_close_the_account_for_a_while(anna: User, counter: Counter) -> None:
    give_app(anna)
    client = log_in()
    for _attempt in range(5):
        post(client, CODE, {"code": WRONG})

    answer = post(log_in(), CODE, {"code": counter.code()})

    assert "Too many failed login attempts" in answer.content.decode()


def test_it_is_taken_away_and_the_recovery_codes_with_it(
    anna: User, counter: Counter, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        client = confirmed()
        set_up(client, counter)
        assert "10 left" in client.get(OVERVIEW).content.decode()
        before = client.get(CODES).content
        assert post(client, f"{CODES}new/", {}).status_code == 302
        assert client.get(CODES).content != before

    with django_capture_on_commit_callbacks(execute=True):
        assert post(client, f"{OVERVIEW}app/remove/", {}).url == OVERVIEW

    assert not Authenticator.objects.exists()
    changes = LoggedChange.objects.filter(user=anna, object_id=str(anna.pk)).order_by("pk")
    assert [each.told.removeprefix("Changed Second factors: ") for each in changes] == [
        "nothing → authenticator app.", "nothing → recovery codes.", "recovery codes → other recovery codes.",
        "authenticator app → nothing.", "recovery codes → nothing.",
    ]  # fmt: skip


def test_nothing_of_it_opens_without_a_login(alpha: Site) -> None:
    before = dump()
    client = browser()
    for path in (
        "",
        "code/",
        "confirm/",
        "app/",
        "app/remove/",
        "codes/",
        "codes/new/",
        "passkey/",
        "passkey/1/remove/",
    ):
        assert client.get(f"{OVERVIEW}{path}").url.startswith(LOGIN), path  # type: ignore[attr-defined]
        post(client, LOGIN, {})  # the cookie
        token = hidden(client.get(LOGIN).content.decode(), "csrfmiddlewaretoken")
        assert client.post(f"{OVERVIEW}{path}", {"csrfmiddlewaretoken": token}).status_code == 302, path
    assert set(changed(before, dump())) <= {"gatehouse_cache"}
