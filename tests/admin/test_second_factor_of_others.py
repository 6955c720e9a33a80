"""Administrators see who has a second factor, and remove those of somebody whose phone is lost."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.sites.models import Site
from django.test import Client
from django.urls import reverse

from sites_config.models import User
from tests import people
from tests.admin.test_accounts import LOGIN, RIGHT, browser, post
from tests.authenticator_app import give_app, give_codes, give_passkey

USERS = reverse("admin:sites_config_user_changelist")
REMOVE = "Remove second factors"


def press(client: Client, user: User) -> Any:
    return client.post(
        reverse("admin:sites_config_user_press", args=[user.pk, "remove_second_factors"]), follow=True
    )


def page(client: Client, user: User) -> str:
    return str(client.get(reverse("admin:sites_config_user_change", args=[user.pk])).content.decode())


def test_all_of_them_go_and_it_is_recorded(as_anna: Client, anna: User, vera: User) -> None:
    give_app(vera)
    give_passkey(vera)
    give_codes(vera)
    give_app(anna)
    assert REMOVE in page(as_anna, vera)

    told = press(as_anna, vera).content.decode()

    assert "logs in with the password alone now" in told and REMOVE not in told
    assert set(Authenticator.objects.values_list("user", flat=True)) == {anna.pk}
    entry = LogEntry.objects.get()
    gone = "Changed Second factors: recovery codes, authenticator app, passkey → nothing."
    assert (entry.user, entry.object_id, entry.get_change_message()) == (anna, str(vera.pk), gone)
    assert post(browser(), LOGIN, RIGHT | {"login": "vera"}).url == "/admin/"


def test_a_second_press_has_nothing_to_do(as_anna: Client, vera: User) -> None:
    assert REMOVE not in page(as_anna, vera)
    assert "nothing to do here any more" in press(as_anna, vera).content.decode()
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("who", ["stronger", "of another site"])
def test_r07_not_those_of_an_account_that_is_not_theirs_to_change(
    as_anna: Client, root: User, beta: Site, who: str
) -> None:
    other = root if who == "stronger" else people.staff("carl", "Carl", is_staff=True)
    give_app(other)

    assert press(as_anna, other).status_code in (403, 404)
    assert Authenticator.objects.filter(user=other).exists()


def test_the_list_says_who_has_one(as_anna: Client, anna: User, vera: User, alice: User) -> None:
    give_app(vera)
    give_codes(alice)  # none by themselves

    def shown(chosen: str) -> set[str]:
        rows = as_anna.get(USERS, {"second_factor": chosen} if chosen else {}).context["cl"].result_list
        return {row.username for row in rows}

    assert shown("yes") == {"vera"}
    assert shown("no") == {"anna", "alice"}
    assert shown("nonsense") == shown("") == {"anna", "alice", "vera"}
    assert 'alt="True"' in as_anna.get(USERS, {"second_factor": "yes"}).content.decode()
