"""Passkeys of staff: made, used without a password and after it, bound to the address where they were made."""

import json
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sites.models import Site
from django.test import Client

from sites_config.models import User
from tests import people
from tests.admin.test_accounts import LOGIN, browser, post
from tests.admin.test_second_factor import CODE, OVERVIEW, confirmed, log_in
from tests.authenticator import SoftwareAuthenticator

ADD, PASSKEY_LOGIN = f"{OVERVIEW}passkey/", "/accounts/login/passkey/"


def token(client: Client) -> dict[str, str]:
    return {"csrfmiddlewaretoken": client.cookies["__Host-gatehouse-csrf"].value}


def options(client: Client, url: str) -> Any:
    """As the script asks for them."""
    answer = client.post(url, token(client) | {"options": "1"})
    assert answer.status_code == 200, answer
    return json.loads(answer.content)


def send(client: Client, url: str, credential: str, **more: str) -> Any:
    return client.post(url, token(client) | {"credential": credential} | more)


@pytest.fixture
def passkey(anna: User) -> SoftwareAuthenticator:
    """Anna's, made at alpha.test."""
    made, client = SoftwareAuthenticator(), confirmed()
    answer = send(client, ADD, made.create(options(client, ADD)), name="Anna's phone")
    assert (answer.status_code, answer.url) == (302, f"{OVERVIEW}codes/")
    return made


def at_login(host: str = "alpha.test") -> Client:
    client = browser(host)
    client.get(LOGIN)
    return client


def log_in_with(passkey: SoftwareAuthenticator, client: Client) -> Any:
    return send(
        client, PASSKEY_LOGIN, passkey.get(options(client, PASSKEY_LOGIN)), next="/admin/enrollment/device/"
    )


def test_adding_one_asks_for_a_resident_key_of_this_host_that_verifies_its_user(anna: User) -> None:
    client = confirmed()
    page = client.get(ADD).content.decode()

    asked = options(client, ADD)["publicKey"]

    assert 'data-passkey="create"' in page and 'src="/static/account/passkeys.js"' in page
    assert asked["rp"] == {"id": "alpha.test", "name": "Alpha School"}
    assert (asked["user"]["name"], asked["user"]["displayName"]) == ("anna", "anna")
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert asked["authenticatorSelection"]["userVerification"] == "required"


def test_a_passkey_logs_in_without_password_and_code(passkey: SoftwareAuthenticator) -> None:
    client = at_login()

    answer = log_in_with(passkey, client)

    assert (answer.status_code, answer.url) == (302, "/admin/enrollment/device/")
    assert client.get("/admin/enrollment/device/").status_code == 200
    assert "Anna&#x27;s phone" in client.get(OVERVIEW).content.decode()


def test_after_the_password_the_passkey_is_asked_for(passkey: SoftwareAuthenticator) -> None:
    client = log_in()
    assert client.get("/admin/").status_code == 302
    assert 'data-passkey="get"' in client.get(CODE).content.decode()

    asked = options(client, CODE)

    assert asked["publicKey"]["rpId"] == "alpha.test"
    assert send(client, CODE, passkey.get(asked)).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_an_answer_counts_once(passkey: SoftwareAuthenticator) -> None:
    client = at_login()
    credential = passkey.get(options(client, PASSKEY_LOGIN))
    send(client, PASSKEY_LOGIN, credential)

    other = at_login()
    options(other, PASSKEY_LOGIN)

    assert send(other, PASSKEY_LOGIN, credential).url == f"{LOGIN}?passkey=refused"
    page = other.get(f"{LOGIN}?passkey=refused").content.decode()
    assert "This passkey was not accepted" in page
    assert other.get("/admin/").status_code == 302


@pytest.mark.parametrize("wrong", ["another key", "another origin", "nobody verified", "closed account"])
def test_what_is_not_this_accounts_passkey_here_opens_nothing(
    passkey: SoftwareAuthenticator, anna: User, wrong: str
) -> None:
    if wrong == "another key":
        passkey.key = SoftwareAuthenticator().key
    elif wrong == "another origin":
        passkey.origin = "https://evil.example"
    elif wrong == "nobody verified":
        passkey.verifies = False
    else:
        User.objects.filter(pk=anna.pk).update(is_active=False)
    client = at_login()

    assert log_in_with(passkey, client).url == f"{LOGIN}?passkey=refused"
    assert client.get("/admin/").status_code == 302


def test_r08_a_passkey_of_alpha_is_nothing_at_beta(passkey: SoftwareAuthenticator, beta: Site) -> None:
    client = at_login("beta.test")
    asked = options(client, PASSKEY_LOGIN)
    assert asked["publicKey"]["rpId"] == "beta.test"
    passkey.origin = "https://beta.test"

    assert send(client, PASSKEY_LOGIN, passkey.get(asked)).url == f"{LOGIN}?passkey=refused"


@pytest.mark.parametrize("verifies", [True, False])
def test_one_that_verifies_nobody_is_not_taken(anna: User, verifies: bool) -> None:
    client = confirmed()
    made = SoftwareAuthenticator(verifies=verifies)

    send(client, ADD, made.create(options(client, ADD)))

    assert Authenticator.objects.filter(type="webauthn").exists() is verifies


@pytest.mark.parametrize(
    "nonsense", ["", "[]", "1", "{}", '{"response": {}}', '{"id": "x", "response": {"userHandle": 1}}']
)
def test_nonsense_is_refused_and_no_fault(anna: User, nonsense: str) -> None:
    stranger, client = at_login(), confirmed()
    options(stranger, PASSKEY_LOGIN)
    options(client, ADD)

    assert send(stranger, PASSKEY_LOGIN, nonsense).url == f"{LOGIN}?passkey=refused"
    assert send(client, ADD, nonsense).status_code == 200
    assert not Authenticator.objects.exists()


def test_it_confirms_and_is_removed(passkey: SoftwareAuthenticator) -> None:
    client = at_login()
    log_in_with(passkey, client)
    row = Authenticator.objects.get(type="webauthn")
    remove, confirm = f"{OVERVIEW}passkey/{row.pk}/remove/", f"{OVERVIEW}passkey/confirm/"
    assert client.get(remove).url.startswith("/accounts/confirm/")  # type: ignore[attr-defined]
    page = client.get(f"/accounts/confirm/?next={remove}").content.decode()
    assert re.search(rf'href="{confirm}\?next=[^"]+">Use a passkey', page)

    answer = send(client, confirm, passkey.get(options(client, confirm)), next=remove)

    assert (answer.status_code, answer.url) == (302, remove)
    client.post(remove, token(client))
    assert not Authenticator.objects.exists()
    assert post(browser(), LOGIN, {"login": "anna", "password": people.PASSWORD}).url == "/admin/"


def test_nobody_removes_the_passkey_of_another(passkey: SoftwareAuthenticator, alice: User) -> None:
    row = Authenticator.objects.get(type="webauthn")
    client = browser()
    post(client, LOGIN, {"login": "alice", "password": people.PASSWORD})
    post(client, "/accounts/confirm/", {"password": people.PASSWORD, "next": OVERVIEW})

    assert client.get(f"{OVERVIEW}passkey/{row.pk}/remove/").status_code == 404
    assert client.post(f"{OVERVIEW}passkey/{row.pk}/remove/", token(client)).status_code == 404
    assert Authenticator.objects.filter(pk=row.pk).exists()
