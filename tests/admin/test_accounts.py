"""Staff logging in to the admin: at every address of a site, with limits, and with nothing of allauth beside it."""

import re
from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from enrollment.signin import staff as bulkhead
from sites_config.models import LoggedChange, User
from tests import people
from tests.admin.world import logged_in

LOGIN = "/accounts/login/"
HOSTS = ("alpha.test", "localhost", "127.0.0.1")
RIGHT = {"login": "anna", "password": people.PASSWORD}


def browser(host: str = "alpha.test") -> Client:
    client = Client(headers={"host": host}, enforce_csrf_checks=True)
    client.defaults["wsgi.url_scheme"] = "https"
    client.defaults["HTTP_X_FORWARDED_PROTO"] = "https"
    client.defaults["HTTP_REFERER"] = f"https://{host}{LOGIN}"
    return client


def post(client: Client, url: str, values: dict[str, str]) -> Any:
    """With the token of the page's own form."""
    page = client.get(url).content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, page
    return client.post(url, values | {"csrfmiddlewaretoken": found[1]})


@pytest.mark.parametrize("host", HOSTS)
def test_r08_staff_log_in_and_out_at_every_address_of_the_site(anna: User, host: str) -> None:
    """Django's own current site knows but the one address in Site.domain."""
    client = browser(host)

    assert client.get("/admin/device").status_code == 302
    answer = post(
        client, f"{LOGIN}?next=/admin/enrollment/device/", RIGHT | {"next": "/admin/enrollment/device/"}
    )
    assert (answer.status_code, answer.url) == (302, "/admin/enrollment/device/")
    assert client.get("/admin/enrollment/device/").status_code == 200

    index = client.get("/admin/").content.decode()
    assert 'action="/admin/logout/"' in index
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', index)
    assert token
    out: Any = client.post("/admin/logout/", {"csrfmiddlewaretoken": token[1]})
    assert (out.status_code, out.url) == (302, LOGIN)
    assert client.get("/admin/").status_code == 302


def _mounted() -> list[URLPattern]:
    last: Any = get_resolver().url_patterns[-1]
    patterns: list[URLPattern] = last.url_patterns
    return patterns


@pytest.mark.parametrize("host", HOSTS)
def test_r08_every_page_for_accounts_answers_at_every_address(anna: User, alpha: Site, host: str) -> None:
    urls = [f"/{each.pattern}" for each in _mounted() if str(each.name).startswith(("account_", "mfa_"))]
    assert LOGIN in urls and len(urls) == 16
    urls = [url for url in urls if "<" not in url and not url.endswith("/remove/")]

    for client in (browser(host), logged_in(anna, alpha, host)):
        for url in urls:
            assert client.get(url).status_code in {200, 302}, url


def test_only_what_is_used_of_allauth_is_mounted(alpha: Site) -> None:
    for url in ("signup/", "email/", "password/reset/", "inactive/", "confirm-email/", "reauthenticate/", ""):
        assert browser().get(f"/accounts/{url}").status_code == 404, url
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")


def test_the_page_is_labelled_and_carries_the_policy(alpha: Site) -> None:
    answer = browser().get(LOGIN)
    page = answer.content.decode()

    assert '<html lang="en">' in page and "Administration of Alpha School" in page
    for name, autocomplete in (("login", "username"), ("password", "current-password")):
        assert f'<label for="{name}">' in page
        assert re.search(rf'<input id="{name}"[^>]*autocomplete="{autocomplete}"', page)
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert (
        page.count("<script") == page.count('<script src="/static/account/passkeys.js" defer></script>') == 1
    )
    assert "http" not in page.replace("https://alpha.test", "")


@pytest.mark.parametrize("reason", ["wrong password", "unknown name", "closed account"])
def test_every_refusal_reads_the_same(anna: User, reason: str) -> None:
    User.objects.filter(pk=anna.pk).update(is_active=reason != "closed account")
    values = {
        "wrong password": RIGHT | {"password": "mistaken"},
        "unknown name": RIGHT | {"login": "nobody"},
        "closed account": RIGHT,
    }[reason]

    client = browser()
    answer = post(client, LOGIN, values)

    assert answer.status_code == 200
    assert "The username and/or password you specified are not correct." in answer.content.decode()
    assert 'role="alert"' in answer.content.decode() and values["password"] not in answer.content.decode()
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("url", [LOGIN, "/accounts/password/change/"])
def test_r25_a_busy_process_says_when_to_come_back(anna: User, url: str) -> None:
    client = browser()
    if url != LOGIN:
        post(client, LOGIN, RIGHT)
    new = {"oldpassword": people.PASSWORD, "password1": "quite another one", "password2": "quite another one"}

    with bulkhead.hashing_slot(), bulkhead.hashing_slot():
        busy = post(client, url, RIGHT | new)

    assert busy.status_code == 503 and int(busy.headers["Retry-After"]) > 0
    assert post(client, url, RIGHT | new).status_code == 302


def test_r25_five_failures_close_the_name_for_a_while(anna: User) -> None:
    client = browser()
    for _ in range(5):
        post(client, LOGIN, RIGHT | {"password": "wrong"})

    answer = post(client, LOGIN, RIGHT)

    assert "Too many failed login attempts" in answer.content.decode()


def test_an_account_without_access_is_told_so_and_can_log_out(bob: User, alpha: Site) -> None:
    client = logged_in(bob, alpha)

    answer = client.get("/admin/", follow=True)

    assert answer.status_code == 403 and "This account has no access here" in answer.content.decode()
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == f"{LOGIN}?next=/admin/"


def test_a_login_never_leads_to_another_host(anna: User) -> None:
    answer = post(browser(), LOGIN, RIGHT | {"next": "https://evil.example/"})

    assert answer.url == "/admin/"


def test_staff_change_their_own_password(anna: User, alpha: Site) -> None:
    client = browser()
    post(client, LOGIN, RIGHT)
    new = {"password1": "quite another one", "password2": "quite another one"}

    assert client.get("/admin/password_change/").url == "/accounts/password/change/"  # type: ignore[attr-defined]
    wrong = post(client, "/accounts/password/change/", new | {"oldpassword": "wrong"})
    assert wrong.status_code == 200 and 'role="alert"' in wrong.content.decode()
    answer = post(client, "/accounts/password/change/", new | {"oldpassword": people.PASSWORD})

    assert "Your password was changed" in client.get(answer.url).content.decode()
    change = LoggedChange.objects.get()
    assert (change.site, change.user) == (alpha, anna) and "Password: not shown → not shown" in change.told
    anna.refresh_from_db()
    assert anna.check_password("quite another one")
