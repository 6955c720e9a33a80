"""A member of staff sets their own password by a link: mailed, or handed on where no mail goes."""

import re
import smtplib
from collections.abc import Iterator

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sites.models import Site
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from enrollment.signin import staff as bulkhead
from sites_config.models import LoggedChange, Privilege, SitePrivilege, User
from tests import people
from tests.admin.test_accounts import browser, post
from tests.moved_clock import Clock, clock

__all__ = ["clock"]

NEW = {"new_password1": "quite another one", "new_password2": "quite another one"}


@pytest.fixture
def dora(alpha: Site) -> User:
    user = people.staff(
        "dora", "Dora Door", (alpha, Privilege.VIEW_SITE), is_staff=True, email="dora@alpha.example"
    )
    user.set_unusable_password()
    user.save()
    return user


def press(client: Client, user: User) -> str:
    url = reverse("admin:sites_config_user_press", args=[user.pk, "mail_password_link"])
    return str(client.post(url, follow=True).content.decode())


@pytest.fixture
def link(as_anna: Client, dora: User) -> Iterator[str]:
    """The path of the link in the mail."""
    assert "Mailed to dora@alpha.example" in press(as_anna, dora)
    message = mail.outbox[-1]
    assert message.to == ["dora@alpha.example"] and "Your username is: dora" in message.body
    found = re.search(r"https://alpha\.test(/accounts/password/set/\S+)", str(message.body))
    assert found
    yield found[1]


def test_the_link_sets_the_password_once(link: str, dora: User) -> None:
    client = browser()

    done = post(client, link, NEW)

    assert "Your password is set" in done.content.decode()
    dora.refresh_from_db()
    assert dora.check_password(NEW["new_password1"])
    change = LoggedChange.objects.latest("pk")
    assert (change.user, change.object_id, change.told) == (
        dora,
        str(dora.pk),
        "Set the password by the link.",
    )
    assert client.get(link).status_code == 410
    logged_in = post(client, "/accounts/login/", {"login": "dora", "password": NEW["new_password1"]})
    assert logged_in.status_code == 302


def test_a_link_ends_when_its_account_becomes_a_stronger_one(link: str, dora: User, alpha: Site) -> None:
    SitePrivilege.objects.create(user=dora, site=alpha, privilege=Privilege.ADMINISTER_SITE)

    assert browser().get(link).status_code == 410


def test_looking_at_it_changes_nothing(link: str, dora: User) -> None:
    before = User.objects.values().get(pk=dora.pk)

    for _preview in range(20):
        answer = browser().get(link)
        assert answer.status_code == 200 and not answer.cookies.get("__Host-gatehouse-session")

    assert User.objects.values().get(pk=dora.pk) == before


@pytest.mark.parametrize(("hours", "status"), [(23.9, 200), (25, 410)])
def test_it_lives_a_day(
    as_anna: Client, dora: User, monkeypatch: pytest.MonkeyPatch, clock: Clock, hours: float, status: int
) -> None:
    monkeypatch.setattr(
        "django.contrib.auth.tokens.PasswordResetTokenGenerator._now",
        lambda self: clock.time.replace(tzinfo=None),
    )
    press(as_anna, dora)
    found = re.search(r"https://alpha\.test(/accounts/password/set/\S+)", str(mail.outbox[-1].body))
    assert found
    clock.forward(hours=hours)

    assert browser().get(found[1]).status_code == status


@pytest.mark.parametrize("change", ["closed", "another link", "nonsense", "another account"])
def test_a_link_that_is_not_good_says_whom_to_ask(link: str, dora: User, anna: User, change: str) -> None:
    if change == "closed":
        User.objects.filter(pk=dora.pk).update(is_active=False)
    path = {
        "another link": link[:-2] + ("x/" if link[-2] != "x" else "y/"),
        "nonsense": "/accounts/password/set/%20/x/",
        "another account": link.replace(link.split("/")[4], "MQ"),
    }.get(change, link)

    answer = browser().get(path)

    assert answer.status_code == 410
    assert "Ask whoever made your account for a new one, or Alpha School IT desk" in answer.content.decode()


def test_a_weak_password_is_refused_in_words(link: str, dora: User) -> None:
    answer = post(browser(), link, {"new_password1": "12345678", "new_password2": "12345678"})

    assert "This password is too common." in answer.content.decode()
    dora.refresh_from_db()
    assert not dora.has_usable_password()


def test_r25_hashing_has_its_slots_here_too(link: str) -> None:
    with bulkhead.hashing_slot(), bulkhead.hashing_slot():
        assert post(browser(), link, NEW).status_code == 503


def test_without_an_address_the_link_is_handed_on(as_anna: Client, dora: User) -> None:
    User.objects.filter(pk=dora.pk).update(email="")

    page = press(as_anna, dora)

    assert "The account has no e-mail address." in page and mail.outbox == []
    assert re.search(r'value="https://alpha\.test/accounts/password/set/', page)
    assert "Made a link to set the password." in LogEntry.objects.latest("pk").change_message


def test_a_dead_mail_server_loses_nothing(
    as_anna: Client, dora: User, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    def refuse(*_arguments: object, **_more: object) -> None:
        raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")

    monkeypatch.setattr("sites_config.password_links.send_mail", refuse)

    page = press(as_anna, dora)

    assert "The mail server did not take it: Connection unexpectedly closed." in page
    assert "/accounts/password/set/" in page


def test_r07_nobody_makes_a_link_for_a_stronger_account(as_anna: Client, root: User, vera: User) -> None:
    assert press(as_anna, root).count("no such page") == 1
    assert mail.outbox == []


def test_who_may_only_look_makes_none(as_vera: Client, dora: User) -> None:
    url = reverse("admin:sites_config_user_press", args=[dora.pk, "mail_password_link"])

    assert as_vera.post(url).status_code == 403
    assert mail.outbox == []
